"""An upstream without a port: it streams chunk by chunk, breaks as a wire does, and is fit for the official SDKs."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import anthropic
import httpx
import httpx2
import openai
import pytest

from novastack_simulators.config import SimulatorsConfig
from novastack_simulators.transport import SimulatorTransport

NAME = "deepseek-v4-pro"
HEADERS = {"authorization": f"Bearer sk-sim-{NAME}"}
BODY = {"model": NAME, "messages": [{"role": "user", "content": "Hello"}], "thinking": {"type": "disabled"}}
STREAM = {**BODY, "stream": True}
PATH = "/chat/completions"


def client(transport: SimulatorTransport, **more: Any) -> httpx.Client:
    return httpx.Client(**{"transport": transport, "base_url": "https://api.deepseek.com", "headers": HEADERS, **more})


@pytest.fixture
def transport() -> SimulatorTransport:
    return SimulatorTransport(NAME, clock="virtual")


@pytest.fixture
def http(transport: SimulatorTransport) -> Iterator[httpx.Client]:
    with client(transport) as made:
        yield made


def armed(http: httpx.Client, *faults: dict[str, Any]) -> None:
    http.put("/_sim/faults", json=list(faults)).raise_for_status()


def last(http: httpx.Client) -> dict[str, Any]:
    entry: dict[str, Any] = http.get("/_sim/journal").json()["entries"][-1]
    return entry


def test_a_stream_arrives_one_event_at_a_time(http: httpx.Client, transport: SimulatorTransport) -> None:
    """Each at its own time, in no time; together they are what was sent."""
    began, times, pieces = time.monotonic(), list[float](), list[bytes]()
    with http.stream("POST", PATH, json=STREAM) as reply:
        for piece in reply.iter_raw():
            times.append(transport.clock.time())
            pieces.append(piece)
    assert all(piece.endswith(b"\n\n") for piece in pieces)
    assert len(pieces) > 10
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) >= 0
    assert sum(gap > 0 for gap in gaps) > len(gaps) / 2
    entry = last(http)
    assert entry["last_byte"] - entry["first_byte"] == pytest.approx(times[-1] - times[0], abs=1e-3)
    assert entry["tokens"]["sent"] == entry["tokens"]["completion"]
    assert time.monotonic() - began < entry["last_byte"] - entry["arrived"]


def test_a_plain_answer_is_the_streams_own_words(http: httpx.Client) -> None:
    """Two ways to ask, one answer."""
    plain = http.post(PATH, json=BODY).json()["choices"][0]["message"]["content"]
    streamed = http.post(PATH, json=STREAM)
    deltas = [
        httpx.Response(200, content=line[6:]).json() for line in streamed.text.split("\n") if line[:7] == "data: {"
    ]
    assert plain == "".join(delta["choices"][0]["delta"].get("content") or "" for delta in deltas if delta["choices"])
    assert ("OK", "HTTP/1.1") == (streamed.reason_phrase, streamed.http_version)


def test_what_is_refused_is_refused(http: httpx.Client) -> None:
    """A wrong key, a wrong path, a body that is too large."""
    assert 401 == http.post(PATH, json=BODY, headers={"authorization": "Bearer no"}).status_code
    assert 404 == http.get("/nowhere").status_code
    small = SimulatorsConfig(max_body_bytes=10)
    with client(SimulatorTransport(NAME, small, clock="virtual")) as narrow:
        assert 413 == narrow.post(PATH, json=BODY).status_code


@pytest.mark.parametrize("at", ["before_headers", {"after_tokens": 2}])
@pytest.mark.parametrize(
    ("do", "error"), [("rst", httpx.ReadError), ("fin", httpx.RemoteProtocolError), ("cut", httpx.ReadError)]
)
def test_a_break_is_what_it_is_on_a_wire(do: str, error: type[Exception], at: Any, http: httpx.Client) -> None:
    """And no cancel: the upstream did it."""
    armed(http, {"do": do, "at": at})
    with pytest.raises(error), http.stream("POST", PATH, json=STREAM) as reply:
        for _ in reply.iter_raw():
            pass
    entry = last(http)
    assert (do, None) == (entry["fault"], entry["cancelled_at"])
    assert (None if at == "before_headers" else 200) == entry["status"]


def test_silence_runs_into_the_clients_timeout(transport: SimulatorTransport) -> None:
    """Which passes in no time on the virtual clock, and is a cancel in the journal."""
    with client(transport, timeout=30) as http:
        armed(http, {"do": "stall", "for": "forever", "at": {"after_tokens": 2}})
        with pytest.raises(httpx.ReadTimeout, match="nothing came for 30 seconds"):
            http.post(PATH, json=STREAM)
        entry = last(http)
        assert 30 == pytest.approx(entry["cancelled_at"] - entry["last_byte"])


def test_a_timeout_is_between_two_writes(transport: SimulatorTransport) -> None:
    """A slow stream is no silence: it lasts longer than the timeout."""
    with client(transport, timeout=9) as http:
        armed(http, {"do": "stall", "for": 8.5, "at": {"after_tokens": 2}})
        began = transport.clock.time()
        assert http.post(PATH, json=STREAM).text.endswith("data: [DONE]\n\n")
        assert transport.clock.time() - began > 9


def test_waiting_for_ever_is_said(transport: SimulatorTransport) -> None:
    """A client without a timeout would hang; here it is told so."""
    with client(transport, timeout=None) as http:
        armed(http, {"do": "stall", "for": "forever"})
        with pytest.raises(httpx.ReadTimeout, match="the client would wait for ever"):
            http.post(PATH, json=BODY)


def test_a_client_that_leaves_is_in_the_journal(http: httpx.Client) -> None:
    """With what had been sent until then."""
    with http.stream("POST", PATH, json=STREAM) as reply:
        next(reply.iter_raw())
    entry = last(http)
    assert entry["cancelled_at"] is not None
    assert entry["tokens"]["sent"] < entry["tokens"]["completion"]


def test_an_answer_read_to_its_end_is_no_cancel(http: httpx.Client) -> None:
    """Streamed or not."""
    for body in (BODY, STREAM):
        http.post(PATH, json=body)
        assert last(http)["cancelled_at"] is None


def test_threads_may_share_it(transport: SimulatorTransport) -> None:
    """The same answers as one after another."""
    bodies = [{**STREAM, "messages": [{"role": "user", "content": f"number {n}"}]} for n in range(12)]
    with client(transport) as http, ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda body: http.post(PATH, json=body).content, bodies))
        assert together == [http.post(PATH, json=body).content for body in bodies]


# In a loop


@pytest.fixture(params=["virtual", "real"])
def quick(request: pytest.FixtureRequest) -> SimulatorTransport:
    """On either clock; the real one with a model that is a thousand times faster."""
    return SimulatorTransport(NAME, SimulatorsConfig(speed=1000), clock=request.param)


def ran(transport: SimulatorTransport, body: Callable[[httpx.AsyncClient], Any], **more: Any) -> Any:
    async def main() -> Any:
        known = {"transport": transport, "base_url": "https://api.deepseek.com", "headers": HEADERS, **more}
        async with httpx.AsyncClient(**known) as http:
            return await body(http)

    return asyncio.run(main())


async def _pieces(http: httpx.AsyncClient, body: Any) -> AsyncIterator[bytes]:
    async with http.stream("POST", PATH, json=body) as reply:
        async for piece in reply.aiter_raw():
            yield piece


def test_a_loop_gets_the_same(quick: SimulatorTransport) -> None:
    """Chunk by chunk, and the control plane too."""

    async def ask(http: httpx.AsyncClient) -> tuple[bytes, Any]:
        pieces = [piece async for piece in _pieces(http, STREAM)]
        return b"".join(pieces), (await http.get("/_sim/journal")).json()["entries"]

    text, entries = ran(quick, ask)
    with client(SimulatorTransport(NAME, clock="virtual")) as http:
        assert text == http.post(PATH, json=STREAM).content
    assert [(200, None)] == [(entry["status"], entry["cancelled_at"]) for entry in entries]


def test_the_first_chunk_does_not_wait_for_the_last(quick: SimulatorTransport) -> None:
    """There is none: the stream is silent after its first tokens, and the client leaves."""

    async def ask(http: httpx.AsyncClient) -> Any:
        await http.put("/_sim/faults", json=[{"do": "stall", "for": "forever", "at": {"after_tokens": 2}}])
        async with http.stream("POST", PATH, json=STREAM) as reply:
            first = await anext(reply.aiter_raw())
        return first, (await http.get("/_sim/journal")).json()["entries"][-1]["cancelled_at"]

    first, cancelled = ran(quick, ask)
    assert first.startswith(b"data: {")
    assert cancelled is not None


def test_a_task_that_is_cancelled_has_left() -> None:
    """While it waits for a head that never comes."""

    async def ask(http: httpx.AsyncClient) -> Any:
        stall = [{"do": "stall", "for": "forever"}]
        await http.put("/_sim/faults", json=stall)
        task = asyncio.ensure_future(http.post(PATH, json=BODY, timeout=3600))
        asyncio.get_running_loop().call_later(0.02, task.cancel)
        await asyncio.gather(task, return_exceptions=True)
        return task.cancelled(), (await http.get("/_sim/journal")).json()["entries"][-1]["cancelled_at"]

    cancelled, at = ran(SimulatorTransport(NAME), ask)
    assert cancelled
    assert at is not None


def test_many_at_once_keep_their_times(transport: SimulatorTransport) -> None:
    """On one virtual clock each stream has the gaps that it has alone."""
    bodies = [{**STREAM, "messages": [{"role": "user", "content": f"number {n}"}]} for n in range(5)]

    async def listen(http: httpx.AsyncClient, body: Any) -> tuple[bytes, list[float]]:
        began, pieces, times = transport.clock.time(), list[bytes](), list[float]()
        async for piece in _pieces(http, body):
            pieces.append(piece)
            times.append(round(transport.clock.time() - began, 6))
        return b"".join(pieces), times

    async def together(http: httpx.AsyncClient) -> Any:
        return await asyncio.gather(*(listen(http, body) for body in bodies))

    async def alone(http: httpx.AsyncClient) -> Any:
        return [await listen(http, body) for body in bodies]

    at_once = ran(transport, together)
    ran(transport, lambda http: http.post("/_sim/reset"))
    assert at_once == ran(transport, alone)


# The official SDKs


@pytest.fixture
def sdk(transport: SimulatorTransport) -> Iterator[openai.OpenAI]:
    """openai 3 is built on httpx2, which takes the transport as httpx does."""
    with (
        httpx2.Client(transport=transport) as http,
        openai.OpenAI(  # type: ignore[arg-type]  # it quacks
            base_url="https://api.deepseek.com", api_key=f"sk-sim-{NAME}", max_retries=0, http_client=http
        ) as made,
    ):
        yield made


def test_the_openai_sdk_streams(sdk: openai.OpenAI, transport: SimulatorTransport) -> None:
    """Delta by delta, each at its time."""
    times, text = list[float](), ""
    with sdk.chat.completions.create(model=NAME, messages=BODY["messages"], stream=True) as stream:  # type: ignore[call-overload]  # plain dicts
        for chunk in stream:
            times.append(transport.clock.time())
            text += chunk.choices[0].delta.content or "" if chunk.choices else ""
    assert text
    assert times[0] < times[-1]


def test_the_openai_sdk_raises_its_own_errors(sdk: openai.OpenAI, http: httpx.Client) -> None:
    """A status, a reset and a silence."""
    ask: dict[str, Any] = {"model": NAME, "messages": BODY["messages"]}
    armed(http, {"do": "status", "status": 429})
    with pytest.raises(openai.RateLimitError):
        sdk.chat.completions.create(**ask)
    armed(http, {"do": "rst"})
    with pytest.raises(openai.APIConnectionError):
        sdk.chat.completions.create(**ask)
    armed(http, {"do": "stall", "for": "forever"})
    with pytest.raises(openai.APITimeoutError):
        sdk.with_options(timeout=60).chat.completions.create(**ask)


def test_the_anthropic_sdk_streams_in_a_loop() -> None:
    """From its own profile."""
    name = "claude-opus-4-7"
    transport = SimulatorTransport(name, clock="virtual")

    async def ask() -> Any:
        http = httpx2.AsyncClient(transport=transport)  # type: ignore[arg-type]  # it quacks
        async with anthropic.AsyncAnthropic(auth_token=f"sk-sim-{name}", max_retries=0, http_client=http) as sdk:
            asked: Any = {"model": name, "max_tokens": 200, "messages": [{"role": "user", "content": "Hello"}]}
            async with sdk.messages.stream(**asked) as stream:
                pieces = [piece async for piece in stream.text_stream]
                return pieces, (await stream.get_final_message()).stop_reason

    pieces, reason = asyncio.run(ask())
    assert len(pieces) > 1
    assert "end_turn" == reason


def test_another_upstream_of_the_configuration_is_named() -> None:
    """An unknown one is said, with the known."""
    with pytest.raises(ValueError, match="unknown upstream 'gpt': known are qwen3-235b-a22b, deepseek-v4-pro"):
        SimulatorTransport("gpt")
    assert "qwen3-235b-a22b" == SimulatorTransport().upstream.setting.name
