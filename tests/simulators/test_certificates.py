"""A local authority is made once, signs for this machine, is trusted by those who name it, and says what is wrong."""

import asyncio
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
import uvicorn
from cryptography import x509

from novastack_simulators.certificates import Files, TlsError, default_folder, given, local_ca


async def hello(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"hi"})


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return local_ca(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def port(files: Files) -> Iterator[int]:
    """A uvicorn server over the certificate, from a thread of its own."""
    settings = uvicorn.Config(
        hello, ssl_certfile=files.certificate, ssl_keyfile=files.key, log_config=None, lifespan="off", ws="none"
    )
    server = uvicorn.Server(settings)
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen()
        serving = Thread(target=asyncio.run, args=(server.serve(sockets=[bound]),))
        serving.start()
        yield bound.getsockname()[1]
        server.should_exit = True
        serving.join()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_client_that_trusts_the_authority_is_served(host: str, files: Files, port: int) -> None:
    """By number and by name."""
    trusting = ssl.create_default_context(cafile=files.ca)
    with httpx.Client(verify=trusting) as client:
        assert "hi" == client.get(f"https://{host}:{port}/").text


def test_a_client_that_does_not_is_not(port: int) -> None:
    """The certificate proves nothing to it."""
    with httpx.Client(verify=ssl.create_default_context()) as client, pytest.raises(httpx.ConnectError, match="verify"):
        client.get(f"https://127.0.0.1:{port}/")


def test_another_authority_is_not_trusted(port: int, tmp_path: Path) -> None:
    """Each folder has its own."""
    other = local_ca(tmp_path).ca
    with (
        httpx.Client(verify=ssl.create_default_context(cafile=other)) as client,
        pytest.raises(httpx.ConnectError, match="verify"),
    ):
        client.get(f"https://127.0.0.1:{port}/")


def _names(files: Files) -> list[str]:
    shown = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    names = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(name.value) for name in names]


def test_it_signs_for_this_machine_and_the_hosts(tmp_path: Path) -> None:
    """Other hosts get a file of their own; the authority stays the same."""
    first, second = local_ca(tmp_path), local_ca(tmp_path, ["sim.test", "10.0.0.7", "localhost"])
    assert ["localhost", "127.0.0.1", "::1"] == _names(first)
    assert ["localhost", "127.0.0.1", "::1", "sim.test", "10.0.0.7"] == _names(second)
    assert first.ca == second.ca
    assert first.certificate != second.certificate


def test_the_authority_is_made_once(tmp_path: Path) -> None:
    """A client that trusted it yesterday trusts it today."""
    first = local_ca(tmp_path)
    assert first.ca
    before = first.ca.read_bytes()
    assert before == local_ca(tmp_path).ca.read_bytes()  # type: ignore[union-attr]  # a local one has a file


def test_those_who_start_together_find_one_authority(tmp_path: Path) -> None:
    """The first to come makes it, and no other takes its place."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: local_ca(tmp_path / "new", [f"h{n}.test"]), range(16)))
    for files in found:
        trusting = ssl.create_default_context(cafile=files.ca)
        assert 1 == len(trusting.get_ca_certs())
        issuer = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        assert files.ca
        issuer.verify_directly_issued_by(x509.load_pem_x509_certificate(files.ca.read_bytes()))


def test_keys_are_for_their_owner(tmp_path: Path) -> None:
    """The folder too; the authority's certificate is for all, and nothing else is left behind."""
    files = local_ca(tmp_path / "tls")
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "tls").iterdir()}
    assert {"ca-key.pem": 0o600, "localhost.pem": 0o600, "ca.pem": 0o644} == modes
    assert 0o700 == (tmp_path / "tls").stat().st_mode & 0o777
    assert b"PRIVATE" not in files.ca.read_bytes()  # type: ignore[union-attr]  # a local one has a file


def test_a_certificate_lasts_as_long_as_the_strictest_client_allows(tmp_path: Path) -> None:
    """Less than 398 days, from now."""
    now = datetime(2027, 3, 1, tzinfo=UTC)
    shown = x509.load_pem_x509_certificate(local_ca(tmp_path, now=now).certificate.read_bytes())
    assert now < shown.not_valid_after_utc < now + timedelta(days=398)
    assert shown.not_valid_before_utc < now


def test_an_authority_that_expired_is_said(tmp_path: Path) -> None:
    """With what to do about it."""
    local_ca(tmp_path)
    with pytest.raises(TlsError, match=r"ca-key\.pem expired on 3000-01-01: delete it to have a new one"):
        local_ca(tmp_path, now=datetime(3001, 1, 1, tzinfo=UTC))


def test_what_is_no_authority_is_said(tmp_path: Path) -> None:
    """It is not overwritten: it may be somebody's."""
    (tmp_path / "ca-key.pem").write_text("mine")
    with pytest.raises(TlsError, match=r"ca-key\.pem is no authority that novastack made"):
        local_ca(tmp_path)
    assert "mine" == (tmp_path / "ca-key.pem").read_text()


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    """With its name."""
    (tmp_path / "file").write_text("")
    with pytest.raises(TlsError, match=r"the folder .*/file/tls cannot hold certificates: Not a directory"):
        local_ca(tmp_path / "file" / "tls")


def test_a_host_that_is_none_is_said(tmp_path: Path) -> None:
    """With its name."""
    with pytest.raises(TlsError, match=r"no certificate can be made for localhost, .* a b"):
        local_ca(tmp_path, ["a b"])


def test_without_the_extra_it_is_said(tmp_path: Path) -> None:
    """With its name, and the way round it."""
    program = (
        "import sys, pathlib; sys.modules['trustme'] = None\n"
        "from novastack_simulators.certificates import local_ca\n"
        f"local_ca(pathlib.Path({str(tmp_path)!r}))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "needs the extra `tls`: pip install 'novastack[tls]'" in ran.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"XDG_CACHE_HOME": "/var/c"}, Path("/var/c/novastack/tls")),
        ({"XDG_CACHE_HOME": "c"}, Path.home() / ".cache/novastack/tls"),
        ({}, Path.home() / ".cache/novastack/tls"),
    ],
)
def test_the_folder_of_the_user(environ: dict[str, str], expected: Path) -> None:
    """XDG_CACHE_HOME if it is absolute."""
    assert expected == default_folder(environ)


def test_a_certificate_of_ones_own(files: Files, tmp_path: Path) -> None:
    """Is taken as it is if it can be, and it is said what is wrong if not."""
    assert Files(None, files.certificate, files.key) == given(files.certificate, files.key)
    other = local_ca(tmp_path)
    with pytest.raises(TlsError, match="are no certificate and its key"):
        given(files.certificate, other.key)
    with pytest.raises(TlsError, match="there is no file"):
        given(tmp_path / "none.pem", files.key)
    text = tmp_path / "text.pem"
    text.write_text("hello")
    with pytest.raises(TlsError, match="are no certificate and its key"):
        given(text, text)
