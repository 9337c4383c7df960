"""All upstreams by the port of any: read together, changed all or none, and each by its name."""

from typing import Any

import httpx
import msgspec
import pytest

from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.control.fleet import NOUNS
from novastack_simulators.server import running_in_thread

NAMES = ["deepseek-v4-pro", "claude-opus-4-7"]
CUT = {"do": "cut"}
# Claude's answers have no choices.
UNFIT = {"do": "empty_choices"}


def standing(plane: Any) -> Any:
    """All that a change could change."""
    return plane.fleet.state()


def test_every_upstream_is_listed_by_its_name(wide: Any) -> None:
    """In the order of the configuration."""
    listed = wide.ask("GET", "/fleet").json()
    assert NAMES == list(listed)
    assert {"profile": "claude-opus-4-7", "dialect": "anthropic", "speed": 1.0} == listed["claude-opus-4-7"]


@pytest.mark.parametrize("noun", [noun for noun in NOUNS if noun != "reset"])
def test_what_all_have_is_read_together(wide: Any, noun: str) -> None:
    """Each answers as it would to its own port."""
    read = wide.ask("GET", f"/fleet/{noun}").json()
    assert read == {name: wide.ask("GET", f"/{noun}", of=name).json() for name in NAMES}


@pytest.mark.parametrize(
    ("noun", "body"),
    [
        ("faults", [CUT]),
        ("stubs", [{"name": "a", "priority": 1, "reply": {"text": "hi"}}]),
        ("framing", "one-byte"),
        ("quotas", {"requests": 5}),
        ("seed", {"seed": 7}),
        ("speed", {"speed": 3}),
        ("tempo", {"first_token": {"kind": "constant", "value": 1}, "token_gap": {"kind": "constant", "value": 2}}),
    ],
)
def test_a_change_reaches_all(wide: Any, noun: str, body: Any) -> None:
    """And reads as if each had been told by itself."""
    told = {"source": "a test", "sure": "assumed"}
    body = {name: {**part, **told} for name, part in body.items()} if noun == "tempo" else body
    answer = wide.ask("PUT", f"/fleet/{noun}", body)
    assert 200 == answer.status_code
    for name in NAMES:
        twin = wide.ask("PUT", f"/{noun}", body, of=name).json()
        assert {**twin, "now": 0} if noun == "quotas" else twin == answer.json()[name]


def test_a_change_in_a_scope_reaches_that_scope_of_all(wide: Any) -> None:
    """And no other."""
    wide.ask("PUT", "/fleet/faults", [CUT], params={"scope": "a"})
    assert [[], []] == [wide.ask("GET", "/faults", of=name).json() for name in NAMES]
    assert ["cut", "cut"] == [wide.ask("GET", "/faults?scope=a", of=name).json()[0]["do"] for name in NAMES]


def test_removing_says_nothing(wide: Any) -> None:
    """As it does for one."""
    wide.ask("PUT", "/fleet/faults", [CUT])
    answer = wide.ask("DELETE", "/fleet/faults")
    assert (204, b"") == (answer.status_code, answer.content)
    assert {name: [] for name in NAMES} == wide.ask("GET", "/fleet/faults").json()


def test_all_are_reset_together(wide: Any) -> None:
    """Journals and faults alike."""
    wide.chat(of=NAMES[1])
    wide.ask("PUT", "/fleet/faults", [CUT])
    assert 204 == wide.ask("POST", "/fleet/reset").status_code
    assert [[], []] == [[*wide.entries(name), *wide.ask("GET", "/faults", of=name).json()] for name in NAMES]


def test_one_that_cannot_is_named_and_none_is_changed(wide: Any) -> None:
    """Faults, and since when they are armed, stand as before in every scope; a scope that was made for it is gone."""
    wide.ask("PUT", "/fleet/faults", [CUT])
    wide.ask("PUT", "/fleet/faults?scope=old", [CUT])
    before = standing(wide)
    wide.clock.jump(60.0)
    for scope in ("", "?scope=old", "?scope=new"):
        answer = wide.ask("PUT", f"/fleet/faults{scope}", [UNFIT])
        assert (422, "claude-opus-4-7") == (answer.status_code, answer.json()["upstream"])
        assert "faults[0]: empty_choices makes no sense here" in answer.json()["error"]["message"]
    assert before == standing(wide)


def test_a_failure_of_ours_changes_none_either(wide: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the last one breaks rather than refuses: speed and scopes are as before."""
    before = standing(wide)

    def broken(*_given: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(wide.upstream(NAMES[1]), "set_up", broken)
    with pytest.raises(RuntimeError, match="broken"):
        wide.ask("PUT", "/fleet/speed", {"speed": 9})
    assert before == standing(wide)


def test_a_change_that_is_undone_keeps_what_was_used_of_the_quotas(wide: Any) -> None:
    """The accounts are not made whole."""
    wide.ask("PUT", "/fleet/quotas", {"requests": 5})
    wide.chat()
    used = wide.ask("GET", "/quotas").json()["limits"][0]["admitted"]
    assert 422 == wide.ask("PUT", "/fleet/quotas", {"requests": 0}).status_code
    assert (1, used) == (used, wide.ask("GET", "/quotas").json()["limits"][0]["admitted"])


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
@pytest.mark.parametrize("noun", ["nope", "profile", "explain", "docs"])
def test_what_cannot_be_asked_of_all_is_not_there(wide: Any, method: str, noun: str) -> None:
    """The answer lists what can."""
    answer = wide.ask(method, f"/fleet/{noun}")
    assert 404 == answer.status_code
    assert answer.json()["error"]["message"].endswith(f"expected one of {', '.join(NOUNS)}")


def test_a_method_that_a_noun_does_not_have_is_told(wide: Any) -> None:
    """With those that it has."""
    answer = wide.ask("PUT", "/fleet/journal", {})
    assert (405, "there is no PUT /_sim/journal: expected DELETE, GET") == (
        answer.status_code,
        answer.json()["error"]["message"],
    )


def test_the_journals_as_lines_follow_each_other(wide: Any) -> None:
    """Every line says whose it is."""
    for name in NAMES:
        wide.chat(of=name)
    answer = wide.ask("GET", "/fleet/journal", params={"format": "ndjson", "fields": "upstream,sequence"})
    assert "application/x-ndjson" == answer.headers["content-type"]
    assert [{"upstream": name, "sequence": 1} for name in NAMES] == [
        msgspec.json.decode(line) for line in answer.text.splitlines()
    ]


def test_all_cannot_be_followed_at_once(wide: Any) -> None:
    """It would never end; the answer says how one is followed."""
    answer = wide.ask("GET", "/fleet/journal?follow=true")
    assert 422 == answer.status_code
    assert "/_sim/upstreams/<name>/journal?follow=true" in answer.json()["error"]["message"]


def test_one_is_asked_by_its_name(wide: Any) -> None:
    """Whatever could be asked of its own port, with its own statuses."""
    about = wide.ask("GET", f"/upstreams/{NAMES[1]}").json()
    assert NAMES[1] == about["upstream"]
    assert 200 == wide.ask("PUT", f"/upstreams/{NAMES[1]}/faults?scope=a", [CUT]).status_code
    assert "cut" == wide.ask("GET", "/faults?scope=a", of=NAMES[1]).json()[0]["do"]
    assert 422 == wide.ask("PUT", f"/upstreams/{NAMES[1]}/faults", [UNFIT]).status_code
    assert 204 == wide.ask("DELETE", f"/upstreams/{NAMES[1]}/faults?scope=a").status_code
    assert 404 == wide.ask("GET", f"/upstreams/{NAMES[1]}/nowhere").status_code


@pytest.mark.parametrize("rest", ["", "/", "/_sim", "/_sim/"])
def test_the_whole_path_is_taken_too(wide: Any, rest: str) -> None:
    """As the page of documentation asks for it."""
    assert NAMES[1] == wide.ask("GET", f"/upstreams/{NAMES[1]}{rest}").json()["upstream"]


def test_the_documentation_of_another_is_that_of_another(wide: Any) -> None:
    """The page leads to its own description, which says where to send what is tried out."""
    page = wide.ask("GET", f"/upstreams/{NAMES[1]}/docs").text
    described = f"/upstreams/{NAMES[1]}/_sim/openapi.json"
    assert f"'/_sim{described}'" in page
    spec = wide.ask("GET", described).json()
    assert ("Simulated upstream claude-opus-4-7", [{"url": f"/_sim/upstreams/{NAMES[1]}"}]) == (
        spec["info"]["title"],
        spec["servers"],
    )
    assert "servers" not in wide.ask("GET", "/openapi.json", of=NAMES[1]).json()
    assert 200 == wide.ask("GET", f"/upstreams/{NAMES[1]}/_sim/static/swagger-ui.css").status_code


def test_a_name_that_there_is_not_lists_those_that_there_are(wide: Any) -> None:
    """As everywhere."""
    answer = wide.ask("GET", "/upstreams/nope/faults")
    assert (404, "no upstream 'nope': known are deepseek-v4-pro, claude-opus-4-7") == (
        answer.status_code,
        answer.json()["error"]["message"],
    )


def test_another_journal_is_followed_as_it_comes() -> None:
    """By the port of one, entries of the other arrive as they end; the stop does not wait for the follower."""
    upstreams = tuple(UpstreamConfig(name=name, profile=name, api_keys=("k",)) for name in NAMES)
    config = SimulatorsConfig(speed=1000, grace=0.1, upstreams=upstreams)
    with running_in_thread(config) as (one, other), httpx.Client(timeout=10) as client:
        url = f"{one.control_url}/upstreams/{other.name}/journal?follow=true&fields=upstream,status"
        with client.stream("GET", url) as followed:
            lines = followed.iter_lines()
            for _ in range(2):
                httpx.post(f"{other.base_url}/v1/messages", json={})
                assert {"upstream": other.name, "status": 401} == msgspec.json.decode(next(lines))


def test_two_servers_of_one_process_are_two_fleets() -> None:
    """Each in a thread and a loop of its own, with the same names, at the same time."""
    config = SimulatorsConfig(grace=0.1, upstreams=(UpstreamConfig(name="it", profile=NAMES[0], api_keys=("k",)),))
    with running_in_thread(config) as (one,), running_in_thread(config) as (other,):
        httpx.put(f"{one.control_url}/fleet/faults", json=[CUT]).raise_for_status()
        assert [["cut"], []] == [
            [fault["do"] for fault in httpx.get(f"{each.control_url}/fleet/faults").json()["it"]]
            for each in (one, other)
        ]
