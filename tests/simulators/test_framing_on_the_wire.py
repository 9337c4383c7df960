"""Each framing on a real socket: the chunks that arrive, the official SDKs, and the control endpoint."""

import contextlib
import json
import socket
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Final

import anthropic
import openai
import pytest

from novastack_contracts.sse import Reader
from novastack_simulators.framing import FRAMINGS

TEXT: Final = "Say something in 漢字, please"
ASKED: Final[Any] = [{"role": "user", "content": TEXT}]


def dressed(client: Any, framing: Any) -> Any:
    """Puts a framing in force."""
    put = client.http.put(f"{client.endpoint.control_url}/framing", json=framing)
    put.raise_for_status()
    return client


def asking(client: Any, **more: Any) -> dict[str, Any]:
    """A short answer is wanted: one byte at a time takes its time."""
    asked: dict[str, Any] = client.body(TEXT, max_tokens=12, **more)
    return asked


def request(client: Any, **more: Any) -> bytes:
    body = json.dumps(asking(client, **more)).encode()
    host = client.origin.removeprefix("http://")
    fields = {
        "host": host,
        "content-type": "application/json",
        "content-length": len(body),
        "accept-encoding": "gzip",
        "connection": "close",
        **client.headers,
    }
    lines = [f"POST {client.path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def answered(client: Any, **more: Any) -> tuple[dict[bytes, bytes], list[bytes]]:
    """The head, and the body in its chunks (RFC 9112, 7.1); a body with a length is one."""
    host, _, port = client.origin.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        wire.sendall(request(client, **more))
        got = b"".join(iter(lambda: wire.recv(65536), b""))
    head, _, body = got.partition(b"\r\n\r\n")
    headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    if b"content-length" in headers:
        assert int(headers[b"content-length"]) == len(body)
        return headers, [body]
    return headers, list(_chunks(body))


def _chunks(body: bytes) -> Iterator[bytes]:
    while body != b"0\r\n\r\n":
        size, _, body = body.partition(b"\r\n")
        end = int(size, 16)
        assert b"\r\n" == body[end : end + 2]
        yield body[:end]
        body = body[end + 2 :]


def decoded(headers: dict[bytes, bytes], chunks: list[bytes]) -> bytes:
    coder = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    whole = b"".join(chunks)
    if headers.get(b"content-encoding") != b"gzip":
        return whole
    plain = coder.decompress(whole)
    assert coder.eof
    return plain


def events(text: bytes) -> list[tuple[bytes, Any]]:
    """By the judge's reader; payloads as JSON."""
    reader = Reader()
    found = reader.feed(text) + reader.close()[0]
    return [(event.name, event.data if event.data == b"[DONE]" else json.loads(event.data)) for event in found]


def test_the_events_on_the_wire_are_the_same(anyone: Any) -> None:
    """For every dialect under every preset; a plain answer too."""

    def heard() -> tuple[list[Any], Any]:
        stream, plain = (decoded(*answered(anyone, stream=more)) for more in (True, False))
        return events(stream), json.loads(plain)

    expected = heard()
    assert len(expected[0]) > 3
    for name in FRAMINGS:
        dressed(anyone, name)
        assert (name, expected) == (name, heard())


Sizes = Callable[[list[bytes]], bool]
SHAPES: Final[dict[str, Sizes]] = {
    "one-byte": lambda chunks: {1} == set(map(len, chunks)),
    "random": lambda chunks: max(map(len, chunks)) <= 40 and len(set(map(len, chunks))) > 10,
    "coalesced": lambda chunks: all(chunk.count(b"\n\n") == 4 for chunk in chunks[:-1]),
    "crlf": lambda chunks: all(chunk.endswith(b"\r\n\r\n") for chunk in chunks),
    "cr": lambda chunks: b"\n" not in b"".join(chunks),
    "comments": lambda chunks: all(chunk.startswith(b": OPENROUTER PROCESSING\n\n") for chunk in chunks),
    "bom": lambda chunks: chunks[0].startswith(b"\xef\xbb\xbfdata: "),
    "blank-lines": lambda chunks: chunks[0].startswith(b"\n\n\ndata: "),
    "no-space": lambda chunks: b"data:{" in chunks[0] and b"data: {" not in b"".join(chunks),
    "multi-line": lambda chunks: 3 * b"".join(chunks).count(b"data: {\n") + 1 == b"".join(chunks).count(b"data: "),
    "gzip": lambda chunks: chunks[0].startswith(b"\x1f\x8b"),
}


@pytest.mark.parametrize("name", SHAPES)
def test_the_chunks_are_the_framings(name: str, deepseek: Any) -> None:
    """Each write is a chunk of its own, and looks as its name says."""
    headers, chunks = answered(dressed(deepseek, name), stream=True)
    assert b"chunked" == headers[b"transfer-encoding"]
    assert SHAPES[name](chunks)


def test_wide_characters_are_torn(deepseek: Any) -> None:
    """Somewhere inside each of them, between two chunks."""
    stub = {"name": "wide", "priority": 1, "reply": {"text": "漢字 ✓"}}
    deepseek.http.put(f"{deepseek.endpoint.control_url}/stubs", json=[stub]).raise_for_status()
    _, chunks = answered(dressed(deepseek, "utf8-split"), stream=True)
    starts = [chunk[0] & 0xC0 == 0x80 for chunk in chunks]
    assert sum(starts) == sum(ord(point) > 127 for point in b"".join(chunks).decode())
    assert sum(starts) >= 3


def test_gzip_is_not_forced_on_a_client(deepseek: Any) -> None:
    """One that does not name it gets plain text, unless the framing says always."""
    headers = {"accept-encoding": "identity"}
    plain = dressed(deepseek, "gzip").post(asking(deepseek), **headers)
    forced = dressed(deepseek, {"gzip": "always"}).post(asking(deepseek), **headers)
    assert ("content-encoding" not in plain.headers, "gzip") == (True, forced.headers["content-encoding"])
    assert plain.json() == forced.json()


def test_a_fault_strikes_under_a_framing(deepseek: Any) -> None:
    """A stream that is reset in the middle has had its first events, in the framing's bytes."""
    deepseek.arm({"do": "stall", "for": "forever", "at": {"after_tokens": 5}})
    dressed(deepseek, {"write": {"bytes": 7}, "line_end": "crlf"})
    request = deepseek.http.build_request(
        "POST", deepseek.origin + deepseek.path, json=asking(deepseek, stream=True), headers=deepseek.headers
    )
    reply = deepseek.http.send(request, stream=True)
    text = b""
    for piece in reply.iter_raw():
        text += piece
        if text.count(b"\r\n\r\n") == 6:
            break
    reply.close()
    heard = events(text)
    assert 6 == len(heard)
    assert all(body["choices"] for _, body in heard)


# The control endpoint


def test_it_can_be_read_set_and_reset(anyone: Any) -> None:
    """A name or a mapping is put, the settings are read; DELETE and a reset go back."""
    where = f"{anyone.endpoint.control_url}/framing"
    default = anyone.http.get(where).json()
    assert "event" == default["write"]
    dressed(anyone, "one-byte")
    assert {**default, "write": {"bytes": 1}} == anyone.http.get(where).json()
    dressed(anyone, {"line_end": "cr"})
    assert {**default, "line_end": "cr"} == anyone.http.get(where).json()
    assert anyone.http.delete(where).is_success
    assert default == anyone.http.get(where).json()
    dressed(anyone, "crlf")
    anyone.http.post(f"{anyone.endpoint.control_url}/reset").raise_for_status()
    assert default == anyone.http.get(where).json()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("crfl", "unknown framing 'crfl': known are one-byte"),
        ({"write": {"bytes": 0}}, "with a whole number from 1 to 1000000"),
        ({"pause": 3}, "pause is between the writes of one event"),
        ({"spaces": True}, "framing.spaces: unknown key"),
    ],
)
def test_what_makes_no_sense_is_refused(given: Any, said: str, deepseek: Any) -> None:
    """With 422 and a sentence, and nothing is changed."""
    where = f"{deepseek.endpoint.control_url}/framing"
    before = deepseek.http.get(where).json()
    reply = deepseek.http.put(where, json=given)
    assert 422 == reply.status_code
    assert said in reply.json()["error"]["message"]
    assert before == deepseek.http.get(where).json()


# The official SDKs

Hear = Callable[[], tuple[list[Any], Any]]


@contextlib.contextmanager
def by_openai(client: Any) -> Iterator[Hear]:
    endpoint = client.endpoint
    asked = asking(client)
    known = {"model": asked.pop("model"), "messages": asked.pop("messages"), "extra_body": asked}
    with openai.OpenAI(base_url=endpoint.base_url, api_key=endpoint.api_key, max_retries=0) as sdk:
        create = sdk.chat.completions.create
        yield lambda: ([chunk.model_dump() for chunk in create(**known, stream=True)], create(**known).model_dump())


@contextlib.contextmanager
def by_anthropic(client: Any) -> Iterator[Hear]:
    endpoint = client.endpoint
    asked = asking(client)
    with anthropic.Anthropic(base_url=endpoint.base_url, auth_token=endpoint.api_key, max_retries=0) as sdk:
        create = sdk.messages.create
        yield lambda: ([event.model_dump() for event in create(**asked, stream=True)], create(**asked).model_dump())


def test_the_official_sdks_hear_the_same(anyone: Any) -> None:
    """Streamed and plain. Under a mark both lose the first event of a stream (docs/framing.md)."""
    by_sdk = by_anthropic if anyone.endpoint.dialect == "anthropic" else by_openai
    with by_sdk(anyone) as heard:
        stream, plain = heard()
        for name in FRAMINGS:
            dressed(anyone, name)
            assert (name, stream[name == "bom" :], plain) == (name, *heard())
    assert {None} == {entry["cancelled_at"] for entry in anyone.journal()}
