"""Scopes over real sockets: two tests on one server do not meet, however they name their scopes."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import httpx
import pytest

from novastack_simulators.scope import CAPACITY


class Team:
    """A client in a scope of its own: named in the header, or behind the key."""

    def __init__(self, client: Any, name: str, *, by_key: bool = False) -> None:
        self.client, self.name = client, name
        self.headers = {"authorization": f"Bearer {client.endpoint.api_key}{f'~{name}' if by_key and name else ''}"}
        if name and not by_key:
            self.headers["x-sim-scope"] = name

    def ask(self, text: str = "Hello there", **more: Any) -> httpx.Response:
        reply: httpx.Response = self.client.post(self.client.body(text, **more), **self.headers)
        return reply

    def put(self, noun: str, value: Any) -> None:
        self.control("PUT", noun, json=value)

    def get(self, noun: str, **query: Any) -> Any:
        return self.control("GET", noun, params=query).json()

    def control(self, method: str, noun: str, **more: Any) -> httpx.Response:
        params = {**more.pop("params", {}), "scope": self.name}
        url = f"{self.client.endpoint.control_url}/{noun}"
        reply: httpx.Response = self.client.http.request(method, url, params=params, **more)
        return reply.raise_for_status()


class Teams(NamedTuple):
    """One named in the header, one behind its key, and the one without a name."""

    red: Team
    blue: Team
    none: Team


@pytest.fixture
def teams(anyone: Any) -> Teams:
    return Teams(Team(anyone, "red"), Team(anyone, "blue", by_key=True), Team(anyone, ""))


Set = Callable[[Team], None]
STUB = {"name": "mine", "priority": 1, "match": {}, "reply": {"text": "just so"}}
SETTINGS: dict[str, tuple[Set, Callable[[Team], bool]]] = {
    "faults": (
        lambda team: team.put("faults", [{"do": "status", "status": 503}]),
        lambda team: team.ask().status_code == 503,
    ),
    "framing": (
        lambda team: team.put("framing", "comments"),
        lambda team: b"PROCESSING" in team.ask(stream=True).content,
    ),
    "stubs": (lambda team: team.put("stubs", [STUB]), lambda team: "just so" in team.ask().text),
    "quotas": (
        lambda team: team.put("quotas", {"requests": 1}),
        lambda team: [team.ask("One").status_code, team.ask("Two").status_code] == [200, 429],
    ),
    "seed": (
        lambda team: team.put("seed", {"seed": 99}),
        lambda team: team.get("seed") == {"seed": 99} and team.ask().content != seedless(team),
    ),
}


def seedless(team: Team) -> bytes:
    """The same answer in a scope that nobody has touched."""
    return Team(team.client, "untouched").ask().content


@pytest.mark.parametrize("whose", [0, 1, 2], ids=["by header", "by key", "without a name"])
@pytest.mark.parametrize("noun", SETTINGS)
def test_what_one_sets_is_its_own(teams: Teams, noun: str, whose: int) -> None:
    """It is so there, and nowhere else."""
    sets, holds = SETTINGS[noun]
    sets(teams[whose])
    assert [number == whose for number in range(3)] == [holds(team) for team in teams]


@pytest.mark.parametrize("noun", [noun for noun in SETTINGS if noun != "quotas"])
def test_what_one_resets_is_its_own(teams: Teams, noun: str) -> None:
    """The others keep what they have set."""
    sets, holds = SETTINGS[noun]
    for team in teams:
        sets(team)
    teams.red.control("POST", "reset")
    assert [False, True, True] == [holds(team) for team in teams]
    teams.none.client.http.post(f"{teams.none.client.endpoint.control_url}/reset").raise_for_status()
    assert [False] * 3 == [holds(team) for team in teams]


def test_attempts_are_counted_apart(teams: Teams) -> None:
    """The first in each scope is the first."""
    for team in (*teams, teams.red):
        team.put("faults", [{"do": "status", "status": 503, "when": {"nth": 2}}])
    assert [200, 503, 200, 200] == [team.ask().status_code for team in (teams.red, teams.red, teams.blue, teams.none)]


LONG = "The sea is wide and the river is long, and nobody knows where either of them begins. " * 30


def test_prompt_caches_are_apart(deepseek: Any) -> None:
    """What one has said the other has not."""
    red, blue = Team(deepseek, "red"), Team(deepseek, "blue", by_key=True)
    hits = [team.ask(LONG).json()["usage"]["prompt_cache_hit_tokens"] > 0 for team in (red, red, blue, blue)]
    assert [False, True, False, True] == hits


def test_the_journal_is_one_and_can_be_asked_by_scope(teams: Teams) -> None:
    """Each finds its own; without a scope there is everything; to forget is for one scope too."""
    for number, team in enumerate(teams):
        for _ in range(number + 1):
            team.ask()
    journals = [[entry["scope"] for entry in team.get("journal")["entries"]] for team in teams]
    assert [["red"], ["blue"] * 2, [""] * 3] == journals
    assert 6 == len(teams.red.client.journal())
    teams.blue.control("DELETE", "journal")
    assert [1, 0, 3] == [team.get("journal/count")["count"] for team in teams]
    teams.red.control("POST", "reset")
    assert [0, 0, 3] == [team.get("journal/count")["count"] for team in teams]


def test_the_header_will_do_for_the_control_api_too(anyone: Any) -> None:
    """Behind the query."""
    url = f"{anyone.endpoint.control_url}/seed"
    anyone.http.put(url, json={"seed": 5}, headers={"x-sim-scope": "red"}).raise_for_status()
    seeds = [
        anyone.http.get(url, params=params, headers={"x-sim-scope": "red"}).json()["seed"]
        for params in ({}, {"scope": "blue"}, {"scope": ""})
    ]
    assert [5, 0, 0] == seeds


def test_a_refusal_is_found_in_the_scope_of_who_is_refused(teams: Teams) -> None:
    """A wrong path, a wrong key, a bad parameter: a test looks for its own."""
    client = teams.red.client
    client.http.post(f"{client.origin}/nowhere", headers=teams.blue.headers)
    client.post({}, **{**teams.red.headers, "authorization": "Bearer wrong"})
    client.post({}, **teams.red.headers)
    assert [2, 1, 0] == [team.get("journal/count")["count"] for team in teams]


BAD = ["no good", "-x", "a/b", "x" * 101]


@pytest.mark.parametrize("name", BAD)
def test_a_bad_name_is_refused(anyone: Any, name: str) -> None:
    """By the upstream in the provider's own shape, by header and by key; by the control API with 422; with one sentence."""
    wanted = "is no scope: expected letters, digits and ._:- (a letter or digit first, 100 at most)"
    key = anyone.endpoint.api_key
    replies = [
        anyone.post(anyone.body(), **{"x-sim-scope": name}),
        anyone.post(anyone.body(), authorization=f"Bearer {key}~{name}"),
    ]
    assert [400, 400] == [reply.status_code for reply in replies]
    for reply in replies:
        assert wanted in json.dumps(reply.json()["error"], ensure_ascii=False)
    for noun in ("journal", "faults", "seed"):
        refused = anyone.http.get(f"{anyone.endpoint.control_url}/{noun}", params={"scope": name})
        assert (422, "scope") == (refused.status_code, refused.json()["error"]["fields"][0]["where"])
        assert wanted in refused.json()["error"]["message"]


def test_scopes_are_listed_and_closed(teams: Teams) -> None:
    """By name, the most recently used last; a closed one starts anew."""
    for team in teams:
        team.ask()
    url = f"{teams.red.client.endpoint.control_url}/scopes"
    assert {"scopes": ["red", "blue"]} == teams.red.client.http.get(url).json()
    teams.red.put("faults", [{"do": "status", "status": 503}])
    assert 204 == teams.red.client.http.delete(f"{url}/red").status_code
    assert {"scopes": ["blue"]} == teams.red.client.http.get(url).json()
    assert (200, 1) == (teams.red.ask().status_code, teams.red.get("journal/count")["count"])
    assert 422 == teams.red.client.http.delete(f"{url}/no good").status_code


def test_a_thousand_are_kept(deepseek: Any) -> None:
    """The least recently used is forgotten: what was set in it no longer holds, and nothing else has changed."""
    first, second = Team(deepseek, "first"), Team(deepseek, "second")
    for team in (second, first):
        team.put("faults", [{"do": "status", "status": 503}])

    def visit(number: int) -> int:
        headers = {**deepseek.headers, "x-sim-scope": f"s{number}"}
        status: int = deepseek.http.get(f"{deepseek.origin}/models", headers=headers).status_code
        return status

    with ThreadPoolExecutor(8) as pool:
        assert {200} == set(pool.map(visit, range(CAPACITY - 2)))
        assert 503 == first.ask().status_code
        assert 200 == visit(CAPACITY)
    names = deepseek.http.get(f"{deepseek.endpoint.control_url}/scopes").json()["scopes"]
    assert (CAPACITY, True, False) == (len(names), "first" in names, "second" in names)
    assert (503, 200) == (first.ask().status_code, second.ask().status_code)


def test_many_at_once_do_not_meet(anyone: Any) -> None:
    """Twelve teams, each with a fault and a seed of its own, asked by as many threads: as if each were alone."""
    teams = [Team(anyone, f"t{number}", by_key=bool(number % 2)) for number in range(12)]
    for number, team in enumerate(teams):
        team.put("faults", [{"do": "status", "status": 400 + number, "when": {"nth": 2}}])

    def work(team: Team) -> list[int]:
        return [team.ask().status_code for _ in range(3)]

    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(work, teams))
    assert [[200, 400 + number, 200] for number in range(12)] == found
