"""The journal over real sockets: read, followed, counted, verified, waited for, and kept apart by scope."""

import asyncio
import contextlib
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from novastack_simulators.config import SimulatorsConfig
from novastack_simulators.control import journal as control
from novastack_simulators.journal import Journal, Keeping, fingerprint
from novastack_simulators.server import running_in_thread


def url(client: Any, page: str = "") -> str:
    return f"{client.endpoint.control_url}/journal{page}"


def get(client: Any, page: str = "", **query: Any) -> Any:
    return client.http.get(url(client, page), params=query)


def verify(client: Any, scope: str | None = None, **claim: Any) -> Any:
    return client.http.post(url(client, "/verify"), json=claim, params={"scope": scope} if scope else {})


def texts(reply: httpx.Response) -> list[Any]:
    return [json.loads(line) for line in reply.text.splitlines()]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as made:
        yield made


def test_an_entry_has_what_arrived_and_when(client: Any) -> None:
    """Body and headers without credentials, planned and actual times, and that it is over."""
    client.ask("my key is sk-secret-123")
    (entry,) = client.journal()
    assert {"role": "user", "content": "my key is sk-***"} == json.loads(entry["body"])["messages"][-1]
    assert (False, "***") == (entry["truncated"], entry["headers"]["authorization"])
    assert fingerprint(client.endpoint.api_key) == entry["key"]
    assert client.endpoint.api_key not in json.dumps(entry)
    assert entry["arrived"] <= entry["planned_first_byte"] <= entry["planned_end"]
    assert entry["arrived"] <= entry["first_byte"] <= entry["last_byte"]
    assert entry["ended"]


def test_what_was_not_there_is_null(client: Any) -> None:
    """Of a page that nobody knows."""
    client.http.get(f"{client.origin}/nowhere")
    (entry,) = client.journal()
    names = ("model", "canary", "key", "stub", "fault", "expectation", "cancelled_at")
    assert [None] * len(names) == [entry[name] for name in names]


def test_every_criterion_filters(deepseek: Any) -> None:
    """A few of them, over the wire."""
    deepseek.ask("hi canary:abcd-1")
    deepseek.ask("hi canary:abcd-2", stream=True)
    deepseek.post({}, **{"x-request-id": "r-3"})
    (first, second, third) = deepseek.journal()
    assert [second] == deepseek.journal(stream=True)
    assert [third] == deepseek.journal(request_id="r-3") == deepseek.journal(status=400)
    assert [first] == deepseek.journal(canary="abcd-1") == deepseek.journal(until=second["arrived"])
    assert [second, third] == deepseek.journal(after=first["sequence"]) == deepseek.journal(limit=2)
    assert [second] == deepseek.journal(after=first["sequence"], limit=1)
    assert [first, second] == deepseek.journal(path=deepseek.path, model="deepseek-v4-pro")


@pytest.mark.parametrize(
    "query", [{"colour": 1}, {"limit": -1}, {"status": "x"}, {"fields": "path,colour"}, {"scope": "a b"}]
)
def test_what_cannot_be_asked_is_named(deepseek: Any, query: dict[str, Any]) -> None:
    """A misspelt criterion is no criterion, and everything would match."""
    reply = get(deepseek, **query)
    assert 422 == reply.status_code
    assert ("colour" if "fields" in query else next(iter(query))) in reply.json()["error"]["message"]


def test_lines_by_format_and_by_accept(deepseek: Any) -> None:
    """One for each entry, with the fields that are wanted, in the order in which they are."""
    for _ in range(3):
        deepseek.ask()
    lines = get(deepseek, format="ndjson", fields="status, sequence")
    accepted = deepseek.http.get(url(deepseek), headers={"accept": "application/x-ndjson"})
    assert [["status", "sequence"]] * 3 == [[*line] for line in texts(lines)]
    assert deepseek.journal() == texts(accepted)
    assert ["application/x-ndjson"] * 2 == [reply.headers["content-type"] for reply in (lines, accepted)]
    assert [{"status": 200}] == deepseek.journal(fields="status", limit=1)


def test_counting(deepseek: Any) -> None:
    """With the same criteria."""
    deepseek.ask()
    deepseek.post({})
    assert [2, 1] == [get(deepseek, "/count", **query).json()["count"] for query in ({}, {"status": 200})]


def test_following_gives_what_was_and_what_comes(deepseek: Any, pool: ThreadPoolExecutor) -> None:
    """Each when it has ended, only those that are meant, until the client leaves."""
    deepseek.ask("hi canary:abcd-1")
    with deepseek.http.stream(
        "GET", url(deepseek), params={"follow": True, "status": 200, "fields": "canary"}
    ) as reply:
        lines = reply.iter_lines()
        assert {"canary": "abcd-1"} == json.loads(next(lines))
        for text in ("hi canary:abcd-2", "hi canary:abcd-3"):
            asked = pool.submit(deepseek.ask, text)
            pool.submit(deepseek.post, {})
            assert {"canary": text[-6:]} == json.loads(next(lines))
            assert 200 == asked.result().status_code


def test_a_claim_that_is_true_and_one_that_is_not(deepseek: Any) -> None:
    """Neither is an error: the answer says which, and why."""
    deepseek.ask("hi canary:abcd-1")
    assert {"ok": True, "found": 1} == {
        name: value
        for name, value in verify(deepseek, query={"canary": "abcd-1"}, exactly=1).json().items()
        if name in ("ok", "found")
    }
    told = verify(deepseek, query={"canary": "abcd-2"}, at_least=1).json()
    assert (False, 0) == (told["ok"], told["found"])
    assert 'canary: wanted "abcd-2", got "abcd-1"' in told["message"]
    assert "abcd-1" == told["nearest"][0]["entry"]["canary"]


@pytest.mark.parametrize(
    ("claim", "where"),
    [
        ({}, "verify"),
        ({"exactly": -1}, "verify.exactly"),
        ({"exactly": 1, "query": {"colour": 1}}, "verify.query.colour"),
        ({"in_order": [{}, {"status": "x"}]}, "verify.in_order[1].status"),
    ],
)
def test_what_cannot_be_claimed_is_named(deepseek: Any, claim: dict[str, Any], where: str) -> None:
    """With its place in the body."""
    reply = verify(deepseek, **claim)
    assert (422, [where]) == (reply.status_code, [field["where"] for field in reply.json()["error"]["fields"]])


def test_waiting_for_what_is_there(deepseek: Any) -> None:
    """Takes no time."""
    deepseek.ask("hi canary:abcd-1")
    reply = get(deepseek, "/wait", canary="abcd-1", timeout=0)
    assert (200, True, "abcd-1") == (reply.status_code, reply.json()["ok"], reply.json()["entries"][0]["canary"])


def test_waiting_for_what_comes(deepseek: Any, pool: ThreadPoolExecutor) -> None:
    """As many as are wanted, and no longer."""
    waiting = pool.submit(get, deepseek, "/wait", canary="abcd-1", status=200, ended=True, count=2, timeout=60)
    deepseek.ask("hi canary:abcd-2")
    deepseek.ask("hi canary:abcd-1")
    assert not waiting.done()
    deepseek.ask("hi canary:abcd-1")
    assert (200, 2) == (waiting.result().status_code, waiting.result().json()["found"])


def test_waiting_for_a_client_to_leave(deepseek: Any, pool: ThreadPoolExecutor) -> None:
    """What a gateway must pass on; the answer never ends by itself."""
    deepseek.arm({"do": "stall", "for": "forever", "at": "first_text"})
    waiting = pool.submit(get, deepseek, "/wait", canary="abcd-1", cancelled=True, timeout=60)
    body = deepseek.body("hi canary:abcd-1", stream=True)
    with deepseek.http.stream("POST", deepseek.origin + deepseek.path, json=body, headers=deepseek.headers):
        assert 200 == get(deepseek, "/wait", canary="abcd-1", ended=False, timeout=60).status_code
        assert not waiting.done()
    assert 200 == waiting.result().status_code
    assert ["stall"] == [entry["fault"] for entry in deepseek.journal(cancelled=True)]


def test_when_the_time_is_up(deepseek: Any) -> None:
    """408, with what came nearest."""
    deepseek.ask("hi canary:abcd-1")
    reply = get(deepseek, "/wait", canary="abcd-2", timeout=0.01)
    message = reply.json()["error"]["message"]
    assert (408, False) == (reply.status_code, reply.json()["ok"])
    assert message.startswith('waited 0.01 s: expected at least 1 request with canary "abcd-2", found none\nnearest:\n')


def scoped(client: Any, name: str, text: str = "hi") -> None:
    assert 200 == client.post(client.body(text), **{"x-sim-scope": name}).status_code


def test_scopes_keep_their_journals_apart(deepseek: Any) -> None:
    """By query and by header, for all that can be asked; without a scope everything is meant."""
    scoped(deepseek, "one")
    scoped(deepseek, "two")
    deepseek.ask()
    assert [["one"], ["one", "two", ""], [""]] == [
        [entry["scope"] for entry in deepseek.journal(**query)] for query in ({"scope": "one"}, {}, {"scope": ""})
    ]
    header = {"x-sim-scope": "two"}
    assert 1 == deepseek.http.get(url(deepseek, "/count"), headers=header).json()["count"]
    assert 1 == len(deepseek.http.get(url(deepseek), headers=header).json()["entries"])
    assert verify(deepseek, scope="one", exactly=1).json()["ok"]
    assert verify(deepseek, exactly=3).json()["ok"]
    assert 200 == get(deepseek, "/wait", scope="one", timeout=0).status_code
    assert 408 == get(deepseek, "/wait", scope="three", timeout=0).status_code


def test_a_scope_is_forgotten_by_itself(deepseek: Any) -> None:
    """And without one everything is."""
    scoped(deepseek, "one")
    scoped(deepseek, "two")
    assert 204 == deepseek.http.delete(url(deepseek), params={"scope": "one"}).status_code
    assert ["two"] == [entry["scope"] for entry in deepseek.journal()]
    assert 204 == deepseek.http.delete(url(deepseek)).status_code
    assert [] == deepseek.journal()


@pytest.mark.parametrize("stream", [False, True])
def test_an_expectation_that_is_not_met_is_refused_and_told(anyone: Any, stream: bool) -> None:
    """In every provider's own shape, in headers and in the prompt; the journal says what was wrong."""
    wrong = f'upstream: wanted "elsewhere", got "{anyone.endpoint.name}"'
    replies = [
        anyone.post(anyone.body(stream=stream), **{"x-sim-expect-upstream": "elsewhere"}),
        anyone.ask("hi [[sim expect-upstream=elsewhere]]", stream=stream),
    ]
    for reply in replies:
        assert (400, True) == (reply.status_code, json.dumps(wrong)[1:-1] in reply.text)
    assert [wrong, wrong] == [entry["expectation"] for entry in anyone.journal(unmet=True)]


def test_expectations_that_are_met_change_nothing(anyone: Any) -> None:
    """The same answer as without."""
    expected = {
        "x-sim-expect-upstream": anyone.endpoint.name,
        "x-sim-expect-path": f"~{anyone.path}$",
        "x-sim-expect-header": f"authorization: {fingerprint(anyone.endpoint.api_key)}, content-type: application/json",
        "x-sim-expect-absent": f"authorization: {fingerprint('sk-of-the-client')}, te",
        "x-sim-expect-body": f"model = {anyone.endpoint.models[0]}, messages[0].content ~ ^Hello, !nothing",
    }
    assert 200 == anyone.post(anyone.body(), **expected).status_code
    assert [None] == [entry["expectation"] for entry in anyone.journal()]


def test_an_expectation_that_cannot_be_read_is_refused(deepseek: Any) -> None:
    """A misspelt one cannot pass either."""
    reply = deepseek.post(deepseek.body(), **{"x-sim-expect-upstraem": "deepseek-v4-pro"})
    assert (400, "expectation_failed") == (reply.status_code, reply.json()["error"]["code"])
    assert "cannot be read" in reply.json()["error"]["message"]
    assert 1 == len(deepseek.journal(unmet=True))


def test_a_long_journal_is_read_in_turns() -> None:
    """However much is read, others have theirs after every few entries."""
    book, turns = Journal("u", Keeping(capacity=5_000)), 0
    for _ in range(5_000):
        book.close(book.open("GET", "/", (), now=0.0))

    async def ticking() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)  # noqa: TID251 - it counts turns

    async def reading() -> list[bytes]:
        ticker = asyncio.ensure_future(ticking())
        read = [piece async for piece in control._object(book, control.Shown())]
        ticker.cancel()
        return read

    read = json.loads(b"".join(asyncio.run(reading())))
    assert (5_000, 0) == (len(read["entries"]), read["dropped"])
    assert turns >= 5_000 // 64


def small(**more: Any) -> SimulatorsConfig:
    config = SimulatorsConfig(grace=0.1, speed=1000, **more).only(["deepseek-v4-pro"])
    ports = tuple(each.model_copy(update={"port": 0}) for each in config.upstreams)
    return config.model_copy(update={"upstreams": ports})


def rest(connection: socket.socket) -> bytes:
    """All that still comes, until the other side closes or resets."""
    got = b""
    with connection, contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            got += piece
    return got


def test_who_waits_or_follows_does_not_keep_the_server_from_stopping() -> None:
    """Both are cut off: neither is told that its time is up, and the answer that never ends has ended."""
    with running_in_thread(small()) as (endpoint,):
        host, port = endpoint.control_url.removesuffix("/_sim").removeprefix("http://").split(":")
        connections = [socket.create_connection((host, int(port))) for _ in range(2)]
        for connection, query in zip(connections, ("/wait?timeout=60", "?follow=true"), strict=True):
            connection.sendall(f"GET /_sim/journal{query} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        assert 0 == httpx.get(f"{endpoint.control_url}/journal/count").json()["count"]
    waited, followed = map(rest, connections)
    assert (b"", True) == (waited, followed.startswith(b"HTTP/1.1 200 OK\r\n"))


def test_the_file_has_every_entry_when_the_server_has_stopped(tmp_path: Path) -> None:
    """What ended is a line."""
    path = tmp_path / "journal.ndjson"
    with running_in_thread(small(journal={"file": path})) as (endpoint,):
        for _ in range(3):
            httpx.get(f"{endpoint.base_url}/models")
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [(number, "deepseek-v4-pro", "/models") for number in (1, 2, 3)] == [
        (line["sequence"], line["upstream"], line["path"]) for line in lines
    ]
