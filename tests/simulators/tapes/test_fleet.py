"""Our own simulators recorded over real sockets, and their tapes played again: the same bytes in the same chunks."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anthropic as claude
import httpx
import openai
import pytest
from pydantic import TypeAdapter

from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.framing import AnyFraming
from novastack_simulators.server import running_in_thread
from novastack_simulators.tapes import Reel, Tape, load, planned

KEY = "sk-fleet-key-0123456789"
Records = Callable[..., Any]
Dechunked = Callable[[bytes], list[bytes]]


class Taken:
    """One exchange as a raw caller of the recorder saw it, and its tape."""

    def __init__(self, head: bytes, wire: bytes, tape: Tape) -> None:
        self.head = head
        self.wire = wire
        self.tape = tape

    @property
    def chunks(self) -> list[bytes]:
        assert self.tape.response is not None
        return [chunk.bytes for chunk in self.tape.response.chunks]


@pytest.fixture
def take(records: Records, post: Callable[..., bytes]) -> Callable[..., Taken]:
    """Asks an upstream through a recorder, byte by byte."""

    def taking(client: Any, body: dict[str, Any], path: str | None = None, key: str | None = None) -> Taken:
        recorder = records(client.origin)
        auth = f"Authorization: Bearer {key or client.endpoint.api_key}".encode()
        headers = (auth, b"Anthropic-Version: 2023-06-01", b"Content-Type: application/json", b"Connection: close")
        with recorder.call() as wire:
            wire.send(post(json.dumps(body).encode(), *headers, target=(path or client.path).encode()))
            head, rest = wire.head(), b""
            try:
                rest = wire.rest()
            except ConnectionResetError:
                rest = wire.got
        return Taken(head, rest, recorder.tape())

    return taking


def direct(client: Any, body: dict[str, Any]) -> httpx.Response:
    reply: httpx.Response = client.post(body)
    return reply


def test_a_stream_is_on_the_tape_as_it_was_on_the_wire(anyone: Any, take: Any, dechunked: Dechunked) -> None:
    """In every dialect: the same chunks, and the bytes that the upstream says to anybody."""
    body = anyone.body(stream=True)
    taken = take(anyone, body)
    assert dechunked(taken.wire) == taken.chunks
    assert (direct(anyone, body).content, "complete") == (taken.tape.body, taken.tape.ended)


def test_a_plain_answer_is_on_the_tape(anyone: Any, take: Any) -> None:
    """With the head that clients read."""
    body = anyone.body()
    taken = take(anyone, body)
    assert (direct(anyone, body).content, taken.wire) == (taken.tape.body, taken.tape.body)
    assert taken.tape.response is not None
    assert (200, "application/json") == (taken.tape.response.status, taken.tape.response.headers["content-type"])


def test_errors_are_on_the_tape(anyone: Any, take: Any) -> None:
    """What is refused, in the provider's own body."""
    taken = take(anyone, {"model": 3})
    assert (direct(anyone, {"model": 3}).json().keys(), taken.wire) == (
        json.loads(taken.tape.body).keys(), taken.tape.body,
    )  # fmt: skip
    assert taken.tape.response is not None
    assert 400 <= taken.tape.response.status < 500


def test_a_reset_in_the_middle_of_a_stream(client: Any, take: Any, dechunked: Dechunked) -> None:
    """The tape has all that came before it, and replays it as far."""
    client.arm({"do": "rst", "at": {"after_tokens": 3}}).raise_for_status()
    taken = take(client, client.body(stream=True))
    assert dechunked(taken.wire + b"0\r\n") == taken.chunks
    assert ("rst", "abort") == (taken.tape.ended, planned(taken.tape).ending)
    assert b"[DONE]" not in taken.tape.body


def test_an_error_in_the_middle_of_a_stream(client: Any, take: Any) -> None:
    """An event like the others, intact."""
    client.arm({"do": "in_band_error", "at": {"after_tokens": 2}}).raise_for_status()
    taken = take(client, client.body(stream=True))
    plan = planned(taken.tape, by="event")
    assert "complete" == taken.tape.ended
    (said,) = [frame.data for frame in plan.frames if frame.phase == "error"]
    assert b'"error"' in said


def test_no_key_is_on_any_tape(anyone: Any, take: Any, tmp_path: Path) -> None:
    """In headers, query, path, body, and the echo of an error: nothing in the folder holds it."""
    message = [{"role": "user", "content": f"my key is {KEY}"}]
    for body in (anyone.body(messages=message), {"model": f"gpt-{KEY}", "messages": message, "max_tokens": 5}):
        for key in (KEY, anyone.endpoint.api_key):
            take(anyone, body, path=f"{anyone.path}?key={KEY}&api-version={KEY}", key=key)
            take(anyone, body, path=f"/{KEY}{anyone.path}", key=key)
    written = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    assert 8 == len(written)
    for text in written:
        assert KEY.encode() not in text
        assert anyone.endpoint.api_key.encode() not in text


FRAMINGS = [
    {"write": {"bytes": 1}}, {"write": "inside_utf8"}, {"write": {"events": 3}}, {"write": {"random": 9}},
    {"line_end": "cr", "write": {"bytes": 7}}, {"comments": {"text": "ping"}, "blank_lines": 2, "bom": True},
    {"gzip": "always"},
]  # fmt: skip


@pytest.mark.parametrize("framing", FRAMINGS, ids=json.dumps)
def test_every_framing_is_on_the_tape_as_it_was_cut(framing: Any, take: Any, dechunked: Dechunked) -> None:
    """One byte per write, inside a character, several events at once, coded: the boundaries are kept."""
    setting: Any = TypeAdapter(AnyFraming).validate_python(framing)
    upstream = UpstreamConfig(name="it", profile="deepseek-v4-pro", api_keys=(KEY,), framing=setting)
    with running_in_thread(SimulatorsConfig(speed=1000, grace=0.1, upstreams=(upstream,))) as (endpoint,):
        taken = take(Framed(endpoint), CHINESE)
    assert dechunked(taken.wire) == taken.chunks == [frame.data for frame in planned(taken.tape).frames]
    assert framing != {"write": {"bytes": 1}} or {1} == {len(chunk) for chunk in taken.chunks}
    if "gzip" not in framing:
        plan = planned(taken.tape, by="event")
        assert ("open", "done") == (plan.frames[0].phase, plan.frames[-1].phase)
        assert {"reasoning", "text", "finish"} <= {frame.phase for frame in plan.frames}


CHINESE = {"model": "deepseek-v4-pro", "messages": [{"role": "user", "content": "用中文回答"}], "stream": True}


class Framed:
    """What `take` reads of a client."""

    path = "/chat/completions"

    def __init__(self, endpoint: Any) -> None:
        self.endpoint = endpoint
        self.origin = endpoint.base_url


# Played again


def test_what_was_recorded_is_played_again(
    anyone: Any, take: Any, playing: Callable[[Reel], Any], post: Callable[..., bytes], dechunked: Dechunked
) -> None:
    """Over a socket, at once: streamed and plain, byte for byte and chunk for chunk."""
    streamed, plain = take(anyone, anyone.body(stream=True)), take(anyone, anyone.body())
    player = playing(Reel([streamed.tape, plain.tape]))
    for taken, body in ((streamed, anyone.body(stream=True)), (plain, anyone.body())):
        with player.call() as wire:
            wire.send(post(json.dumps(body).encode(), b"Connection: close", target=anyone.path.encode()))
            head, again = wire.head(), wire.rest()
        assert taken.wire == again
        assert (200, taken.tape.response.headers["content-type"]) == (int(head.split()[1]), _header(head))
    assert streamed.chunks == dechunked(streamed.wire)


@pytest.mark.parametrize("body", [b"64\r\nab", b"2\r\nab\r\nzz\r\n", b"2\r\nab\r\n0\r\nX-Request-Id: t\r\n\r\n"])
def test_odd_ends_are_played_again(
    recorded: Any, playing: Callable[[Reel], Any], post: Callable[..., bytes], body: bytes
) -> None:
    """A chunk that was cut, a size that is none, a trailer: the bytes on the wire are the same."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    recorder, _ = recorded(lambda peer, _: bool(peer.send(head, body)))
    with recorder.call() as wire:
        wire.send(post(b"{}", b"Connection: close"))
        wire.head()
        wire.rest()
    with playing(Reel([recorder.tape()])).call() as wire:
        wire.send(post(b"{}", b"Connection: close"))
        wire.head()
        assert body.lower() == wire.rest().lower()


@pytest.mark.parametrize("ended", ["fin", "rst"])
def test_a_connection_that_ends_without_a_head_ends_so_again(
    taped: Any, playing: Callable[[Reel], Any], post: Callable[..., bytes], ended: str
) -> None:
    """Not a byte comes."""
    with playing(Reel([taped(response=None, ended=ended)])).call() as wire:
        wire.send(post(b"{}"))
        if ended == "rst":
            with pytest.raises(ConnectionResetError):
                wire.rest()
        assert b"" == wire.rest() if ended == "fin" else wire.got == b""


def _header(head: bytes) -> str:
    lines = (line.partition(b": ") for line in head.split(b"\r\n"))
    return next(value.decode() for name, _, value in lines if name.lower() == b"content-type")


# The official SDKs


@pytest.fixture
def through(records: Records, client: Any) -> tuple[Any, Any]:
    """A recorder with the base path of the upstream, and the client of the upstream itself."""
    return records(client.endpoint.base_url), client


def test_the_official_sdks_speak_through_the_recorder(through: tuple[Any, Any]) -> None:
    """Plain, streamed and refused; and each is on its tape."""
    recorder, client = through
    endpoint = client.endpoint
    said = _anthropic(recorder.url, client) if endpoint.dialect == "anthropic" else _openai(recorder.url, client)
    plain, streamed = client.hear(), client.hear(stream=True)
    assert [plain.text, streamed.text] == said
    tapes = [recorder.tape() for _ in range(3)]
    assert [200, 200, 401] == [tape.response and tape.response.status for tape in tapes]
    assert 3 == len(load(recorder.out))
    assert {"complete"} == {tape.ended for tape in tapes}


def _openai(url: str, client: Any) -> list[str]:
    body = client.body()
    extra = {name: body[name] for name in ("enable_thinking", "thinking") if name in body}
    asked = {"model": body["model"], "messages": body["messages"], "extra_body": extra}
    with openai.OpenAI(base_url=url, api_key=client.endpoint.api_key, max_retries=0) as sdk:
        plain = sdk.chat.completions.create(**asked)
        with sdk.chat.completions.create(**asked, stream=True) as stream:
            text = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
        with pytest.raises(openai.AuthenticationError):
            sdk.with_options(api_key="sk-wrong-key-entirely").chat.completions.create(**asked)
    return [plain.choices[0].message.content or "", text]


def _anthropic(url: str, client: Any) -> list[str]:
    asked = client.body()
    with claude.Anthropic(base_url=url, auth_token=client.endpoint.api_key, max_retries=0) as sdk:
        plain: Any = sdk.messages.create(**asked)
        with sdk.messages.stream(**asked) as stream:
            text = "".join(stream.text_stream)
        with pytest.raises(claude.AuthenticationError):
            sdk.with_options(auth_token="sk-wrong-key-entirely").messages.create(**asked)
    return ["".join(block.text for block in plain.content if block.type == "text"), text]
