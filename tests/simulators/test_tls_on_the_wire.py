"""The simulators over TLS: they stream, and a fault of the connection is the same fault under it."""

import json
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import httpx
import httpx2
import openai
import pytest

from novastack_simulators.certificates import Files, local_ca
from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.server import Endpoint, running_in_thread

NAME = "deepseek-v4-pro"
BODY = {"model": NAME, "messages": [{"role": "user", "content": "Hello"}], "stream": True, "max_tokens": 20}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return local_ca(tmp_path_factory.mktemp("tls"))


def served_with(files: Files, **more: Any) -> SimulatorsConfig:
    upstream = UpstreamConfig(name=NAME, profile=NAME, api_keys=("sk-test",))
    own: Any = {"certificate": files.certificate, "key": files.key}
    return SimulatorsConfig(speed=1000, grace=0.1, tls=own, upstreams=(upstream,), **more)


@pytest.fixture(scope="module")
def endpoint(files: Files) -> Iterator[Endpoint]:
    with running_in_thread(served_with(files)) as (served,):
        yield served


@pytest.fixture
def trusting(files: Files) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=files.ca)


@pytest.fixture
def http(endpoint: Endpoint, trusting: ssl.SSLContext) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {endpoint.api_key}"}
    with httpx.Client(verify=trusting, base_url=endpoint.base_url, headers=headers) as client:
        client.post("/_sim/reset").raise_for_status()
        yield client


class Raw:
    """A TLS client that reads its socket itself: CPython's own takes a reset of the connection for its end."""

    def __init__(self, endpoint: Endpoint, trusting: ssl.SSLContext) -> None:
        host, _, port = endpoint.base_url.removeprefix("https://").partition(":")
        self._socket = socket.create_connection((host, int(port)), timeout=5)
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = trusting.wrap_bio(self._in, self._out, server_hostname=host)
        while not self._shaken():
            self._in.write(self._socket.recv(65536))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._socket.close()

    def _shaken(self) -> bool:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        finally:
            self._socket.sendall(self._out.read())
        return True

    def ask(self, key: str) -> None:
        body = json.dumps(BODY).encode()
        fields = {"host": "sim", "authorization": f"Bearer {key}", "content-length": len(body)}
        head = "\r\n".join(["POST /chat/completions HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())])
        self._tls.write(head.encode() + b"\r\n\r\n" + body)
        self._socket.sendall(self._out.read())

    def heard(self) -> tuple[bytes, str]:
        """All that came, and how the connection ended."""
        text = b""
        try:
            while True:
                text += self._read()
        except ConnectionResetError:
            return text, "reset"
        except EOFError:
            return text, "closed"

    def _read(self) -> bytes:
        try:
            plain = self._tls.read(65536)
        except ssl.SSLWantReadError:
            data = self._socket.recv(65536)
            self._in.write(data)
            if data:
                return b""
            raise EOFError("closed without a close_notify") from None
        if not plain:
            raise EOFError("closed with a close_notify")
        return plain


def test_it_says_so_and_streams(http: httpx.Client, endpoint: Endpoint) -> None:
    """Its URLs are https, and a stream comes whole."""
    assert endpoint.control_url.startswith("https://127.0.0.1:")
    reply = http.post("/chat/completions", json=BODY)
    assert reply.text.endswith("data: [DONE]\n\n")


@pytest.mark.parametrize(("do", "ending"), [("rst", "reset"), ("fin", "closed")])
def test_a_fault_of_the_connection_is_the_same_under_tls(
    do: str, ending: str, http: httpx.Client, endpoint: Endpoint, trusting: ssl.SSLContext
) -> None:
    """After what was due before it, which has been sent."""
    http.put("/_sim/faults", json=[{"do": do, "at": {"after_tokens": 5}}]).raise_for_status()
    with Raw(endpoint, trusting) as wire:
        wire.ask(endpoint.api_key)
        text, ended = wire.heard()
    assert ending == ended
    assert text.startswith(b"HTTP/1.1 200 OK\r\n")
    assert text.count(b"data: {") >= 5
    assert b"[DONE]" not in text


def test_framings_go_through_it(http: httpx.Client) -> None:
    """One byte in each write, and so in each record."""
    expected = http.post("/chat/completions", json=BODY).content
    http.put("/_sim/framing", json="one-byte").raise_for_status()
    assert expected == http.post("/chat/completions", json=BODY).content


def test_the_official_sdk_is_served(endpoint: Endpoint, trusting: ssl.SSLContext) -> None:
    """With a client that trusts the authority, as any of its users would."""
    served = openai.OpenAI(
        base_url=endpoint.base_url, api_key=endpoint.api_key, http_client=httpx2.Client(verify=trusting), max_retries=0
    )
    with served, served.chat.completions.create(**BODY) as stream:
        said = [chunk.choices[0].delta for chunk in stream]
    assert len(said) > 10


def test_a_client_that_trusts_nobody_is_not(endpoint: Endpoint) -> None:
    """It refuses the certificate; nothing of it is in the journal."""
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.post(f"{endpoint.base_url}/chat/completions", json=BODY)


def test_by_plain_asgi_it_is_served_too(files: Files, trusting: ssl.SSLContext) -> None:
    """The twin of the edge shows the same certificate."""
    with running_in_thread(served_with(files, edge="asgi")) as (twin,):
        headers = {"authorization": f"Bearer {twin.api_key}"}
        reply = httpx.post(f"{twin.base_url}/chat/completions", json=BODY, headers=headers, verify=trusting)
    assert reply.text.endswith("data: [DONE]\n\n")


def test_a_stop_ends_a_stream_that_hangs(files: Files, trusting: ssl.SSLContext) -> None:
    """After the grace, without a last chunk."""
    with running_in_thread(served_with(files)) as (served,):
        hang = [{"do": "stall", "for": "forever", "at": "before_done"}]
        httpx.put(f"{served.control_url}/faults", json=hang, verify=trusting).raise_for_status()
        wire = Raw(served, trusting)
        wire.ask(served.api_key)
        httpx.get(f"{served.control_url}/journal/wait?timeout=20", verify=trusting).raise_for_status()
    with wire:
        assert not wire.heard()[0].endswith(b"0\r\n\r\n")


def test_plain_http_is_not_served_there(endpoint: Endpoint) -> None:
    """The port speaks TLS only."""
    with pytest.raises(httpx.TransportError):
        httpx.get(endpoint.control_url.replace("https:", "http:"))


def test_a_certificate_that_is_none_stops_the_start(tmp_path: Path) -> None:
    """With a sentence, before anything listens."""
    own: Any = {"certificate": tmp_path / "a.pem", "key": tmp_path / "b.pem"}
    with pytest.raises(Exception, match=r"there is no file .*a\.pem"), running_in_thread(SimulatorsConfig(tls=own)):
        pass
