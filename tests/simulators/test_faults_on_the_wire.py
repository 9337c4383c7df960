"""Each fault as a client sees it, and as the journal tells it."""

import socket
import threading
import time
from typing import Any

import httpx
import pytest


def test_status_is_the_providers_own_error(client: Any) -> None:
    """With retry-after, on the first attempt only; the second one is answered."""
    client.arm({"do": "status", "status": 429, "retry_after": 1.5, "when": {"first": 1}})
    first, second = client.ask(), client.ask()
    assert (429, "1.5", 200) == (first.status_code, first.headers["retry-after"], second.status_code)
    assert first.json()["error"]["message"]
    assert [("status", 429, 1), (None, 200, 2)] == [(e["fault"], e["status"], e["attempt"]) for e in client.journal()]


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


def _raw(client: Any, body: Any) -> bytes:
    """All bytes up to the reset; fails if the connection ends in any other way."""
    request = client.http.build_request("POST", client.origin + client.path, json=body, headers=client.headers)
    lines = [f"POST {client.path} HTTP/1.1", *(f"{name}: {text}" for name, text in request.headers.items())]
    with socket.create_connection((request.url.host, request.url.port or 0), timeout=5) as wire:
        wire.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + request.read())
        data = b""
        try:
            while more := wire.recv(65536):
                data += more
        except ConnectionResetError:
            return data
    raise AssertionError(f"not reset but closed after {data!r}")
