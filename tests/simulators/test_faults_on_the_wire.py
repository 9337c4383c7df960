"""Each fault as a client sees it, and as the journal tells it."""

import logging
import socket
import threading
import time
from typing import Any, Final

import httpx
import pytest

from novastack_simulators.faults import FAULTS, presets

# What each fault is told here besides its name; where it does not strike a plain answer, or not every wire.
TOLD: Final[dict[str, dict[str, Any]]] = {
    "status": {"status": 429, "retry_after": 2},
    "stall": {"for": 0.05, "at": "first_text"},
    "slow": {"factor": 3},
    "keepalive_comments": {"for": 0.05, "every": 0.01},
    "never_end": {"every": 0.01},
    "rst": {"at": {"after_tokens": 2}},
    "fin": {"at": {"after_tokens": 2}},
    "cut": {"at": {"after_tokens": 2}},
    "truncate": {"at": {"after_tokens": 2}},
    "corrupt": {"what": "json"},
    "wrong_id": {"at": "before_headers"},
    "wrong_usage": {"factor": 2},
    "finish": {"reason": "odd"},
}
ENDS: Final = {"rst": "reset", "cut": "reset", "fin": "closed", "never_end": "open"}
# What never ends is left after a while.
PATIENCE: Final = {"whole": 10.0, "reset": 10.0, "closed": 10.0, "garbled": 10.0, "open": 0.3}
MISSES: Final = {("drop", False), ("reorder", False), ("empty_choices", "anthropic")}


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("do", FAULTS)
def test_every_fault_ends_as_it_says(anyone: Any, caplog: pytest.LogCaptureFixture, do: str, stream: bool) -> None:
    """In every wire, streamed and plain: whole, open, closed or reset; the journal names it, and nothing is logged."""
    ends = ENDS.get(do, "whole")
    misses = bool({(do, stream), (do, anyone.endpoint.dialect)} & MISSES)
    if do != "empty_choices" or not misses:
        anyone.arm({"do": do, **TOLD.get(do, {})}).raise_for_status()
    with caplog.at_level(logging.WARNING):
        _, ended = heard(anyone, anyone.body(**anyone._counted({"stream": stream})), patience=PATIENCE[ends])
    assert (ends, None if misses else do) == (ended, journaled(anyone)["fault"])
    assert [] == caplog.records


RESOURCES: Final[dict[str, tuple[str, str, dict[str, Any]]]] = {
    "completion": ("openai", "/v1/completions", {"prompt": "Once upon"}),
    "response": ("openai", "/v1/responses", {"input": "Hello there"}),
    "embedding": ("openai", "/v1/embeddings", {"model": "text-embedding-3-small", "input": "a river"}),
    "fim": ("deepseek", "/beta/completions", {"prompt": "def fib(", "suffix": "return"}),
    "messages": ("deepseek", "/anthropic/v1/messages", {"max_tokens": 99, "messages": [{"role": "user", "content": "hi"}]}),
}  # fmt: skip


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("do", FAULTS)
def test_every_fault_at_every_other_resource(
    fleet: Any, caplog: pytest.LogCaptureFixture, do: str, resource: str
) -> None:
    """It strikes, or does nothing and says so; streamed and plain, and nothing is logged."""
    dialect, path, asked = RESOURCES[resource]
    client = fleet[dialect]
    client.http.post(f"{client.endpoint.control_url}/reset").raise_for_status()
    client.arm({"do": do, **TOLD.get(do, {})}).raise_for_status()
    body = {"model": client.endpoint.models[0], **asked}
    for more in ({}, {"stream": True}) if resource != "embedding" else ({},):
        with caplog.at_level(logging.WARNING):
            _, ended = heard(client, {**body, **more}, path=path, patience=PATIENCE[ENDS.get(do, "whole")])
        fault = journaled(client)["fault"]
        assert (ENDS.get(do, "whole") if fault else "whole", True) == (ended, fault in (do, None))
    assert [] == caplog.records


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("fault", "ended"),
    [
        ({"do": "corrupt", "what": "utf8"}, "whole"),
        ({"do": "corrupt", "what": "chunk_size"}, "garbled"),
        ({"do": "corrupt", "what": "content_length"}, "closed"),
        ({"do": "corrupt", "what": "content_length", "by": -5}, "whole"),
        ({"do": "cut", "at": "first_text", "by": "fin"}, "closed"),
        ({"do": "rst", "at": {"at_byte": 30}}, "reset"),
        ({"do": "rst"}, "reset"),
        ({"do": "fin"}, "closed"),
        ({"do": "fin", "at": "after_headers"}, "closed"),
        ({"do": "truncate", "at": "before_headers"}, "whole"),
        ({"do": "stall", "for": "forever", "at": {"at_byte": 30}}, "open"),
        ({"do": "keepalive_comments", "for": "forever", "every": 0.01}, "open"),
    ],
)
def test_other_ways_to_end(anyone: Any, fault: dict[str, Any], ended: str, stream: bool) -> None:
    """Each as a client that reads to the end finds it."""
    anyone.arm(fault).raise_for_status()
    _, found = heard(anyone, anyone.body(stream=stream), patience=PATIENCE[ended])
    assert (ended, fault["do"]) == (found, journaled(anyone)["fault"])


@pytest.mark.parametrize("framing", ["one-byte", "crlf", "gzip", "everything-legal"])
@pytest.mark.parametrize("fault", [{"do": "rst", "at": {"at_byte": 30}}, {"do": "cut", "at": "before_finish"},
                                   {"do": "corrupt", "what": "chunk_size"}, {"do": "never_end", "every": 0.01}])  # fmt: skip
def test_faults_come_with_every_framing(deepseek: Any, framing: str, fault: dict[str, Any]) -> None:
    """They strike under the framing or above it, and end as they do without."""
    deepseek.http.put(f"{deepseek.endpoint.control_url}/framing", json=framing).raise_for_status()
    deepseek.arm(fault).raise_for_status()
    ends = {**ENDS, "corrupt": "garbled"}[fault["do"]]
    data, ended = heard(deepseek, deepseek.body(stream=True), patience=PATIENCE[ends])
    assert ends == ended
    assert fault["do"] == journaled(deepseek)["fault"]
    if fault["do"] == "rst":
        assert 30 == len(dechunked(data.partition(b"\r\n\r\n")[2])[0])


@pytest.mark.parametrize("name", presets())
def test_every_preset_can_be_armed(deepseek: Any, name: str) -> None:
    """By its name, and it is shown as what it stands for; its faults answer or end, and nothing is logged."""
    shown = deepseek.arm({"preset": name}).raise_for_status().json()
    assert {name} == {fault["name"] for fault in shown}
    assert shown == deepseek.arm(*shown).json()


def test_a_phase_that_never_comes_strikes_nothing(anyone: Any) -> None:
    """The answer is whole, and the journal names no fault."""
    for at in ({"after_tokens": 100_000}, {"at_byte": 10_000_000}):
        anyone.arm({"do": "rst", "at": at})
        assert ("whole", None) == (heard(anyone, anyone.body(stream=True))[1], journaled(anyone)["fault"])


def test_a_fault_is_called_by_its_name(client: Any) -> None:
    """In the journal."""
    client.arm({"do": "status", "status": 503, "name": "monday"})
    assert (503, "monday") == (client.ask().status_code, client.journal()[-1]["fault"])


@pytest.mark.parametrize(
    ("where", "struck"),
    [
        ({"key": True}, True),
        ({"key": "sk-another"}, False),
        ({"last_message": {"contains": "refund"}}, True),
        ({"last_message": {"contains": "invoice"}}, False),
        ({"header": {"x-team": "red"}, "attempt": 1}, True),
        ({"header": {"x-team": "blue"}}, False),
        ({"attempt": 2}, False),
        ({"json": {"messages[-1].role": "user"}}, True),
        ({"stub": "greeting"}, False),
    ],
)
def test_only_where_it_is_told_to(anyone: Any, where: dict[str, Any], struck: bool) -> None:
    """By key, words, header, attempt, body, stub."""
    where = {**where, "key": anyone.endpoint.api_key} if where.get("key") is True else where
    shown = anyone.arm({"do": "status", "status": 503, "where": where}).json()
    reply = anyone.post(anyone.body("Where is my refund?"), **{"x-team": "red"})
    assert (503 if struck else 200) == reply.status_code
    assert anyone.endpoint.api_key not in str(shown)


def test_where_a_stub_replies(client: Any) -> None:
    """By the name of the stub."""
    stub = {"name": "greeting", "priority": 1, "match": {"last_message": "hi"}, "reply": {"text": "hello"}}
    client.http.put(f"{client.endpoint.control_url}/stubs", json=[stub]).raise_for_status()
    client.arm({"do": "status", "status": 503, "where": {"stub": "greeting"}})
    assert (503, 200) == (client.ask("hi").status_code, client.ask("bye").status_code)


def test_the_prompt_may_ask_for_a_fault(anyone: Any) -> None:
    """In every wire, before those that are armed; what cannot be read is a bad request that says why."""
    anyone.arm({"do": "status", "status": 503})
    replies = [
        anyone.ask(f"Hi [[sim {asked}]]") for asked in ("html-502", '{"do": "status", "status": 418}', "nothing")
    ]
    assert [502, 418, 400] == [reply.status_code for reply in replies]
    assert [("html-502", 502), ("status", 418), (None, 400)] == [(e["fault"], e["status"]) for e in anyone.journal()]
    assert "unknown preset 'nothing'" in replies[-1].text


def test_what_makes_no_sense_in_a_wire_is_refused(anthropic: Any, deepseek: Any) -> None:
    """When it is armed, with the place of each and why."""
    faults = [{"do": "rst"}, {"do": "empty_choices"}, {"do": "wrong_id"}]
    answer = anthropic.arm(*faults)
    assert 422 == answer.status_code
    assert ["faults[1]", "faults[2]"] == [field["where"] for field in answer.json()["error"]["fields"]]
    assert "Anthropic's answers have no choices" in answer.json()["error"]["message"]
    assert ([], 200) == (
        anthropic.http.get(f"{anthropic.endpoint.control_url}/faults").json(),
        deepseek.arm(*faults).status_code,
    )


def test_status_is_the_providers_own_error(client: Any) -> None:
    """With retry-after, on the first attempt only; the second one is answered."""
    client.arm({"do": "status", "status": 429, "retry_after": 1.5, "when": {"first": 1}})
    first, second = client.ask(), client.ask()
    assert (429, "1.5", 200) == (first.status_code, first.headers["retry-after"], second.status_code)
    assert first.json()["error"]["message"]
    assert [("status", 429, 1), (None, 200, 2)] == [(e["fault"], e["status"], e["attempt"]) for e in client.journal()]


@pytest.mark.parametrize(
    ("given", "header", "said"), [({"seconds": 0.25, "as": "ms"}, "retry-after-ms", "250"), (600, "retry-after", "600")]
)
def test_status_says_when_in_each_way(client: Any, given: Any, header: str, said: str) -> None:
    """And what the SDKs are to do."""
    client.arm({"do": "status", "status": 503, "retry_after": given, "should_retry": False})
    reply = client.ask()
    assert (said, "false") == (reply.headers[header], reply.headers["x-should-retry"])


def test_stall_is_late_by_its_seconds(client: Any) -> None:
    """Real seconds, whatever the speed."""
    client.arm({"do": "stall", "for": 0.2})
    began = time.monotonic()
    assert 200 == client.ask().status_code
    assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize("at", ["before_headers", "first_text", {"after_tokens": 2}, "before_finish", "before_done"])
def test_stall_for_ever_stays_silent(client: Any, at: Any) -> None:
    """The client's own timeout ends it, and the journal has the cancel."""
    client.arm({"do": "stall", "for": "forever", "at": at})
    with pytest.raises(httpx.ReadTimeout):
        client.http.post(
            client.origin + client.path, json=client.body(stream=True), headers=client.headers, timeout=0.15
        )
    entry = _left(client)
    assert ("stall", None if at == "before_headers" else 200) == (entry["fault"], entry["status"])
    assert entry["tokens"]["sent"] <= entry["tokens"]["completion"]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("at", ["before_headers", "first_text", {"after_tokens": 2}, "before_finish", "before_done"])
def test_rst_resets_the_connection(client: Any, at: Any, stream: bool) -> None:
    """A real RST after what was due before; usage in the journal says what was sent."""
    client.arm({"do": "rst", "at": at})
    raw = _raw(client, client.body(stream=stream))
    assert (b"" if at == "before_headers" else b"HTTP/1.1 200 OK") == raw[:15]
    assert b"[DONE]" not in raw
    assert b"message_stop" not in raw
    entry = client.journal()[-1]
    assert "rst" == entry["fault"]
    assert entry["cancelled_at"] is None


def test_rst_after_tokens_sends_about_so_many(deepseek: Any) -> None:
    """DeepSeek has one token in each delta, so it is exact."""
    deepseek.arm({"do": "rst", "at": {"after_tokens": 7}})
    raw = _raw(deepseek, deepseek.body(stream=True))
    assert 7 == raw.count(b'"delta":{"content":') - raw.count(b'"finish_reason":"stop"')
    assert 7 == deepseek.journal()[-1]["tokens"]["sent"]


def test_probability_does_not_depend_on_the_order(client: Any) -> None:
    """The same requests in another order are struck alike."""
    client.arm({"do": "status", "status": 503, "when": {"probability": 0.5}})
    texts = [f"question {number}" for number in range(24)]
    first = {text: client.ask(text).status_code for text in texts}
    client.http.post(f"{client.endpoint.control_url}/reset")
    client.arm({"do": "status", "status": 503, "when": {"probability": 0.5}})
    assert first == {text: client.ask(text).status_code for text in reversed(texts)} | first
    assert {text: client.journal()[23 - n]["status"] for n, text in enumerate(texts)} == first
    assert {200, 503} == set(first.values())


def test_a_client_that_leaves_is_journaled(client: Any) -> None:
    """In the middle of a stream that would have gone on."""
    client.arm({"do": "stall", "for": 60, "at": {"after_tokens": 4}})
    request = client.http.build_request(
        "POST", client.origin + client.path, json=client.body(stream=True), headers=client.headers
    )
    reply = client.http.send(request, stream=True)
    next(reply.iter_raw())
    before = time.time()  # noqa: TID251 - compared with the journal's unix time
    reply.close()
    entry = _left(client)
    assert before - 0.01 <= entry["cancelled_at"] <= before + 1
    assert 0 < entry["tokens"]["sent"] < entry["tokens"]["completion"]


def _left(client: Any) -> dict[str, Any]:
    """The last entry, once the simulator has seen the client leave."""
    for _ in range(100):
        entry: dict[str, Any] = client.journal()[-1]
        if entry["cancelled_at"] is not None:
            return entry
        threading.Event().wait(0.01)
    raise AssertionError("the cancel was not seen")


def journaled(client: Any) -> dict[str, Any]:
    """The last entry."""
    entry: dict[str, Any] = client.journal()[-1]
    return entry


def _raw(client: Any, body: Any) -> bytes:
    """All bytes up to the reset; fails if the connection ends in any other way."""
    data, ended = heard(client, body)
    assert "reset" == ended, data
    return data


def heard(client: Any, body: Any, *, path: str = "", patience: float = 10) -> tuple[bytes, str]:
    """All bytes of an answer, and how it ended: `whole` by its own framing, `garbled`, `closed`, `reset`, or `open`."""
    path = path or client.path
    request = client.http.build_request("POST", client.origin + path, json=body, headers=client.headers)
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {text}" for name, text in request.headers.items())]
    data, deadline = b"", time.monotonic() + patience
    with socket.create_connection((request.url.host, request.url.port or 0), timeout=patience) as wire:
        wire.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + request.read())
        while time.monotonic() < deadline:
            try:
                more = wire.recv(65536)
            except ConnectionResetError:
                return data, "reset"
            except TimeoutError:
                break
            data += more
            if (ended := state(data)) != "open":
                return data, ended
            if not more:
                return data, "closed"
    return data, "open"


def state(data: bytes) -> str:
    """Whether what has come is whole or garbled, or may go on."""
    head, mark, body = data.partition(b"\r\n\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(b": ") for line in head.split(b"\r\n"))}
    if not mark:
        return "open"
    if b"content-length" in headers:
        return "whole" if len(body) >= int(headers[b"content-length"]) else "open"
    return dechunked(body)[1]


def dechunked(body: bytes) -> tuple[bytes, str]:
    """What stands in the chunks (RFC 9112, 7.1), and whether they have come to their end."""
    found = b""
    while b"\r\n" in body:
        size, _, rest = body.partition(b"\r\n")
        try:
            length = int(size, 16)
        except ValueError:
            return found, "garbled"
        if not length:
            return found, "whole"
        found, body = found + rest[:length], rest[length + 2 :]
    return found, "open"
