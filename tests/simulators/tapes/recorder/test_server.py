"""The recorder as a whole: TLS to the endpoint, a clean stop, and what keeps it from starting."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from novastack_simulators.certificates import Files, local_ca
from novastack_simulators.tapes import load
from novastack_simulators.tapes.recorder.base import base
from novastack_simulators.tapes.recorder.server import RecorderError, Recording, recording

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Recorded = Callable[..., tuple[Any, Any]]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return local_ca(tmp_path_factory.mktemp("ca"))


def serving(files: Files) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


def test_an_endpoint_behind_tls_is_recorded(recorded: Recorded, post: Callable[..., bytes], files: Files) -> None:
    """With its own authority; HTTP/2 is not chosen."""
    chosen: list[str | None] = []

    def script(peer: Any, _: bytes) -> None:
        chosen.append(peer.socket.selected_alpn_protocol())
        peer.send(OK)

    recorder, endpoint = recorded(script, tls=serving(files), ca=files.ca)
    with recorder.call() as wire:
        wire.send(post(b"{}"))
        assert OK == wire.until(b"ok")
    tape = recorder.tape()
    assert (["http/1.1"], b"ok", endpoint.url) == (chosen, tape.body, tape.upstream)


def test_a_certificate_that_is_not_trusted_is_told(
    recorded: Recorded, post: Callable[..., bytes], files: Files
) -> None:
    """And nothing is sent to whoever showed it."""
    recorder, endpoint = recorded(lambda peer, _: peer.send(OK), tls=serving(files))
    with recorder.call() as wire:
        wire.send(post(b"{}"))
        assert wire.rest().startswith(b"HTTP/1.1 502 ")
    assert ("the endpoint cannot be reached: no TLS: unable to get local issuer certificate", []) == (
        recorder.kept().why, endpoint.requests,
    )  # fmt: skip


def test_a_reset_under_tls_is_a_reset(recorded: Recorded, post: Callable[..., bytes], files: Files) -> None:
    """As without it."""
    turn = threading.Event()

    def script(peer: Any, _: bytes) -> bool:
        peer.send(OK.replace(b"2", b"9"))
        assert turn.wait(timeout=10)
        peer.rst()
        return False

    recorder, _ = recorded(script, tls=serving(files), ca=files.ca)
    with recorder.call() as wire:
        wire.send(post(b"{}"))
        wire.until(b"ok")
        turn.set()
        with pytest.raises(ConnectionResetError):
            wire.rest()
    assert "rst" == recorder.tape().ended


def test_no_proxy_of_the_environment_is_used(
    recorded: Recorded, post: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The endpoint is asked and nobody in between."""
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    recorder, _ = recorded(lambda peer, _: peer.send(OK))
    with recorder.call() as wire:
        wire.send(post(b"{}"))
        assert OK == wire.until(b"ok")


def test_a_stop_leaves_whole_tapes(
    scripted: Callable[..., Any], recorder_of: Callable[..., Any], post: Callable[..., bytes], tmp_path: Path
) -> None:
    """Also of what was under way: the caller is cut off, and so is the endpoint."""
    gone = threading.Event()

    def script(peer: Any, _: bytes) -> bool:
        peer.send(OK.replace(b"2", b"9"))
        if peer.gone():
            gone.set()
        return False

    endpoint = scripted(script)
    with recorder_of(endpoint.url, tmp_path) as recorder:
        wire = recorder.call()
        wire.send(post(b"{}"))
        wire.until(b"ok")
    assert gone.wait(timeout=10)
    (tape,) = load(tmp_path)
    assert ("cancelled", b"ok") == (tape.ended, tape.body)
    wire.socket.close()


def test_ndjson_has_a_line_for_each_exchange(recorded: Recorded, post: Callable[..., bytes], tmp_path: Path) -> None:
    """In the order in which they ended."""
    recorder, _ = recorded(lambda peer, request: peer.send(OK[:-2], request[-2:]), out=tmp_path / "t.ndjson")
    with recorder.call() as wire:
        for body in (b"11", b"22"):
            wire.send(post(body))
            wire.until(body)
    assert [recorder.kept().file for _ in range(2)] == [str(tmp_path / "t.ndjson")] * 2
    assert [b"11", b"22"] == [tape.body for tape in load(tmp_path / "t.ndjson")]


def starting(**more: Any) -> str:
    """What keeps a recorder from starting."""

    async def main() -> None:
        async with recording(Recording(**more), lambda _: None):
            pass

    with pytest.raises(RecorderError) as raised:
        asyncio.run(main())
    return str(raised.value)


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    """With the address."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = starting(base=base("http://h"), out=tmp_path, port=port)
    assert f"the recorder cannot listen on 127.0.0.1 port {port}: " in told
    assert told.endswith("ddress already in use")


def test_a_place_that_cannot_hold_tapes_is_told(tmp_path: Path) -> None:
    """A file where a folder should be."""
    (tmp_path / "x").write_text("")
    told = starting(base=base("http://h"), out=tmp_path / "x" / "tapes")
    assert f"{tmp_path / 'x' / 'tapes'} cannot hold tapes: Not a directory" == told


@pytest.mark.parametrize(("text", "told"), [(None, "No such file or directory"), ("x", "it holds no certificate")])
def test_an_authority_that_is_none_is_told(tmp_path: Path, text: str | None, told: str) -> None:
    """Whether there is no file or nothing in it."""
    ca = tmp_path / "ca.pem"
    if text is not None:
        ca.write_text(text)
    assert f"{ca} cannot be used: {told}" == starting(base=base("https://h"), out=tmp_path / "t", ca=ca)
