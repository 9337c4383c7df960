"""A simulated upstream that replays: recorded answers for known requests, with faults and framings on top."""

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.server import Endpoint, running_in_thread
from novastack_simulators.tapes import Tape
from novastack_simulators.tapes.library import Library

KEY = "sk-replay-0123456789"
CHAT = "/v1/chat/completions"
ASKED: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": "What is the weather in Paris?"}]}
TEXT = b'data: {"choices":[{"index":0,"delta":{"content":"Sunny."},"finish_reason":null}]}\n\n'
LAST = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'


@pytest.fixture
def replays(tmp_path: Path) -> Iterator[Callable[..., Endpoint]]:
    """Starts upstreams that replay tapes."""
    with contextlib.ExitStack() as stack:

        def start(*tapes: Tape, **more: Any) -> Endpoint:
            library = Library(tmp_path / "tapes")
            for tape in tapes:
                library.keep(library.number(), tape)
            setting = {"folder": str(library.place), "speed": 0, **more.pop("setting", {})}
            given = {"name": "it", "profile": "openai-generic", "api_keys": [KEY], "tapes": setting, **more}
            upstream = UpstreamConfig.model_validate(given)
            config = SimulatorsConfig(speed=1000, grace=0.1, upstreams=(upstream,))
            (endpoint,) = stack.enter_context(running_in_thread(config))
            return endpoint

        yield start


def ask(endpoint: Endpoint, body: Any = ASKED) -> httpx.Response:
    headers = {"authorization": f"Bearer {KEY}"}
    return httpx.post(f"{endpoint.base_url}/chat/completions", json=body, headers=headers)


def journal(endpoint: Endpoint) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = httpx.get(f"{endpoint.control_url}/journal").json()["entries"]
    return entries


def of(taped: Callable[..., Tape], *chunks: tuple[int, bytes], **more: Any) -> Tape:
    return taped(*chunks, body=json.dumps({**ASKED, **more.pop("asked", {})}).encode(), path=CHAT, **more)


def test_a_known_request_gets_its_tape(replays: Any, taped: Callable[..., Tape]) -> None:
    """Status, kept headers and bytes, though no such model is simulated; repeated ones in the order of the tapes."""
    limits = {"content-type": "application/json", "x-ratelimit-remaining-requests": "0", "retry-after": "2"}
    slow = of(taped, (1, b'{"error":"slow down"}'), status=429, headers=limits)
    endpoint = replays(slow, of(taped, (1, b'{"choices":[]}'), headers={"content-type": "application/json"}))
    first, second, third = ask(endpoint), ask(endpoint), ask(endpoint)
    assert (429, "2", b'{"error":"slow down"}') == (first.status_code, first.headers["retry-after"], first.content)
    assert [(200, b'{"choices":[]}')] * 2 == [(reply.status_code, reply.content) for reply in (second, third)]
    assert [429, 200, 200] == [entry["status"] for entry in journal(endpoint)]


def test_the_chunks_are_the_recorded_ones(
    replays: Any, taped: Callable[..., Tape], post: Callable[..., bytes], dechunked: Callable[[bytes], list[bytes]],
    wire_to: Callable[[int], Any],
) -> None:  # fmt: skip
    """Each a write of its own, though all are due at once."""
    chunks = [TEXT[:9], TEXT[9:] + LAST[:20], LAST[20:]]
    endpoint = replays(of(taped, *((us, chunk) for us, chunk in enumerate(chunks)), asked={"stream": True}))
    body = json.dumps({**ASKED, "stream": True}).encode()
    with wire_to(int(endpoint.control_url.split(":")[2].split("/")[0])) as wire:
        wire.send(post(body, b"Authorization: Bearer " + KEY.encode(), b"Connection: close"))
        wire.head()
        assert chunks == dechunked(wire.rest())


def test_a_request_that_misses_is_told_what_was_nearest(replays: Any, taped: Callable[..., Tape]) -> None:
    """In the provider's shape, and in the journal."""
    endpoint = replays(of(taped, (1, b"{}")))
    reply = ask(endpoint, {**ASKED, "temperature": 0})
    told = "the nearest is 000001-post-v1-chat-completions, but temperature: wanted nothing, got 0"
    assert 400 == reply.status_code
    assert told in reply.json()["error"]["message"]
    (entry,) = journal(endpoint)
    assert [{"part": "temperature", "wanted": "nothing", "got": "0"}] == entry["nearest"]["differs"]


def test_a_request_that_misses_may_get_the_models_own_answer(replays: Any, taped: Callable[..., Tape]) -> None:
    """If that is wanted."""
    endpoint = replays(of(taped, (1, b"{}")), setting={"fallback": "generate"})
    model = {"model": endpoint.models[0]}
    reply = ask(endpoint, {**ASKED, **model})
    assert (200, True) == (reply.status_code, bool(reply.json()["choices"][0]["message"]["content"]))


FRAMED = {"write": {"bytes": 5}, "line_end": "crlf"}


def test_a_framing_is_on_top(replays: Any, taped: Callable[..., Tape]) -> None:
    """The same events in other lines and writes."""
    endpoint = replays(of(taped, (1, TEXT[:30]), (2, TEXT[30:] + LAST), asked={"stream": True}), framing=FRAMED)
    assert (TEXT + LAST).replace(b"\n", b"\r\n") == ask(endpoint, {**ASKED, "stream": True}).content


def test_a_fault_is_on_top(replays: Any, taped: Callable[..., Tape]) -> None:
    """At its phase, also where a chunk holds several events."""
    fault = {"do": "truncate", "at": "before_done"}
    endpoint = replays(of(taped, (1, TEXT), (2, LAST), asked={"stream": True}), faults=[fault])
    assert TEXT + LAST.removesuffix(b"data: [DONE]\n\n") == ask(endpoint, {**ASKED, "stream": True}).content


def test_a_fault_on_a_tape_without_an_answer_strikes_nothing(replays: Any, taped: Callable[..., Tape]) -> None:
    """There is nothing to cut: the connection ends as it was recorded, and the journal knows no fault."""
    endpoint = replays(
        of(taped, response=None, ended="fin"), faults=[{"do": "in_band_error", "at": {"after_tokens": 1}}]
    )
    with pytest.raises(httpx.RemoteProtocolError):
        ask(endpoint)
    (entry,) = journal(endpoint)
    assert (None, None) == (entry["fault"], entry["status"])


def test_a_wrong_key_is_refused_before_any_tape(replays: Any, taped: Callable[..., Tape]) -> None:
    """A replayed upstream guards its door too."""
    endpoint = replays(of(taped, (1, b"{}")))
    reply = httpx.post(f"{endpoint.base_url}/chat/completions", json=ASKED, headers={"authorization": "Bearer no"})
    assert 401 == reply.status_code
