"""The probe: it records all bytes, hides the key, obeys a 429 once, and turns every failure into an exchange."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from novastack_contracts import Patience, Target
from novastack_contracts.exchange import Call
from novastack_contracts.probe import Probe

KEY = "sk-very-secret"


@contextmanager
def _server(*replies: bytes) -> Iterator[tuple[Target, list[bytes]]]:
    """Answer each connection with the next bytes, then close it."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run() -> None:
            for reply in replies:
                connection, _ = listener.accept()
                with connection:
                    heard.append(connection.recv(65536))
                    connection.sendall(reply)

        thread = threading.Thread(target=run)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield Target.parse(url, model="m", key=KEY), heard
        thread.join(5)


def _get(target: Target) -> Call:
    return Call(method="GET", url=target.url("models"))


def _reply(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def test_the_key_is_sent_and_never_recorded() -> None:
    """A reply that quotes the key, in body or header, is kept with stars of the same length."""
    quoting = _reply(b'{"your key": "sk-very-secret"}', "200 OK", f"x-echo: {KEY}")
    with _server(quoting) as (target, heard), Probe(target, Patience()) as probe:
        exchange = probe.send("models", _get(target))
    assert b"authorization: bearer sk-very-secret" in heard[0].lower()
    assert b'{"your key": "**************"}' == exchange.body
    assert KEY not in repr(exchange)


def test_a_rate_limit_is_obeyed_once() -> None:
    """After the time it asks for, the request is sent again, and the report can say so."""
    limited = _reply(b"{}", "429 Too Many Requests", "retry-after-ms: 1", "retry-after: 9999")
    with _server(limited, _reply(b"{}")) as (target, heard), Probe(target, Patience()) as probe:
        exchange = probe.send("models", _get(target))
    assert (200, 2, ("`models` was rate limited and sent again after 0.001 s",)) == (
        exchange.status,
        len(heard),
        exchange.notes,
    )


def test_a_long_rate_limit_is_not_waited_for() -> None:
    """The 429 itself is recorded then."""
    limited = _reply(b"{}", "429 Too Many Requests", "retry-after: 9999")
    with _server(limited) as (target, heard), Probe(target, Patience()) as probe:
        assert (429, 1) == (probe.send("models", _get(target)).status, len(heard))


def test_a_redirect_is_not_followed() -> None:
    """The key goes nowhere else."""
    away = _reply(b"", "302 Found", "location: http://127.0.0.1:1/")
    with _server(away) as (target, _), Probe(target, Patience()) as probe:
        assert 302 == probe.send("models", _get(target)).status


def test_a_cut_reply_keeps_what_came() -> None:
    """Bytes before a break are evidence."""
    cut = b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhalf"
    with _server(cut) as (target, _), Probe(target, Patience()) as probe:
        exchange = probe.send("models", _get(target))
    assert (200, b"half") == (exchange.status, exchange.body)
    assert "RemoteProtocolError" in str(exchange.failure)


def test_nonsense_is_a_failure_and_no_exception() -> None:
    """A server that does not speak HTTP gives an exchange without a status."""
    with _server(b"SSH-2.0-OpenSSH\r\n\r\n") as (target, _), Probe(target, Patience()) as probe:
        exchange = probe.send("models", _get(target))
    assert exchange.status is None
    assert exchange.failure


def test_a_silent_server_is_given_up() -> None:
    """The wait for a reply is bounded."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        target = Target.parse(f"http://127.0.0.1:{listener.getsockname()[1]}", model="m")
        with Probe(target, Patience(reply=0.05)) as probe:
            exchange = probe.send("models", _get(target))
    assert "ReadTimeout" in str(exchange.failure)


def test_nothing_is_sent_after_the_runs_time() -> None:
    """A run is bounded as a whole."""
    target = Target.parse("http://127.0.0.1:1", model="m")
    with Probe(target, Patience(run=-1)) as probe:
        assert "not sent" in str(probe.send("models", _get(target)).failure)
