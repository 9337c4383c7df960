"""The recorder on the wire, in front of endpoints that do what a script says: what passes, and what the tape says.

Caller and endpoint move in turns, so what is read at once is decided by the test and not by the clock.
"""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from novastack_simulators.tapes import Tape

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
Recorded = Callable[..., tuple[Any, Any]]
Post = Callable[..., bytes]


def datas(tape: Tape) -> list[bytes]:
    assert tape.response is not None
    return [chunk.bytes for chunk in tape.response.chunks]


def test_the_request_arrives_as_it_was_sent(recorded: Recorded, post: Post) -> None:
    """Target, headers in their case and order, body; only what is a connection's own is not the caller's."""
    recorder, endpoint = recorded(lambda peer, _: peer.send(OK, b"Content-Length: 2\r\n\r\nok"), path="/base/")
    body = b'{"odd":  "\xc3\xa9"}'
    with recorder.call() as wire:
        wire.send(
            post(body, b"Authorization: Bearer sk-secret-key", b"X-ODD: 1", b"Accept-Encoding: br", target=b"/x?a=%2f")
        )
        assert OK + b"Content-Length: 2\r\n\r\n" == wire.head()
        assert b"ok" == wire.until(b"ok")
    port = endpoint.url.rpartition(":")[2].encode()
    assert [
        b"POST /base/x?a=%2f HTTP/1.1\r\nHost: 127.0.0.1:" + port + b"\r\nAuthorization: Bearer sk-secret-key\r\n"
        b"X-ODD: 1\r\nAccept-Encoding: identity\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    ] == endpoint.requests
    tape = recorder.tape()
    assert ("/base/x", "a=***", "complete") == (tape.request.path, tape.request.query, tape.ended)


def test_a_chunked_request_becomes_a_sized_one(recorded: Recorded) -> None:
    """The bytes of its body stay."""
    recorder, endpoint = recorded(lambda peer, _: peer.send(OK, b"Content-Length: 0\r\n\r\n"))
    with recorder.call() as wire:
        wire.send(b"POST /x HTTP/1.1\r\nHost: r\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n")
        assert b"HTTP/1.1 100 Continue\r\n\r\n" == wire.head()
        wire.send(b"1\r\na\r\n2\r\nbc\r\n0\r\nX-Trailer: t\r\n\r\n")
        wire.head()
    recorder.kept()
    assert endpoint.requests[0].endswith(b"Content-Length: 3\r\n\r\nabc")
    assert (False, False) == (b"xpect" in endpoint.requests[0], b"X-Trailer" in endpoint.requests[0])


def test_chunks_pass_as_they_stand_on_the_wire(recorded: Recorded, post: Post) -> None:
    """Extensions and trailers too; the tape has the same boundaries, and times that do not go back."""
    body = b"3;x=1\r\nabc\r\n002\r\nde\r\n0\r\nX-Request-Id: t\r\nX-Other: o\r\n\r\n"
    recorder, _ = recorded(lambda peer, _: peer.send(CHUNKED, body))
    with recorder.call() as wire:
        wire.send(post(b"{}"))
        assert CHUNKED == wire.head()
        assert body == wire.until(b"o\r\n\r\n")
    tape = recorder.tape()
    assert ([b"abc", b"de"], {"x-request-id": "t"}) == (datas(tape), tape.response and tape.response.trailers)
    assert [0, 3] == [chunk.offset for chunk in tape.response.chunks]


def test_what_comes_is_passed_on_at_once(recorded: Recorded, post: Post) -> None:
    """The endpoint says the next thing only when the caller has the one before: half a chunk, half a character."""
    turn = threading.Semaphore(0)
    parts = [b"4\r\na\xc3", b"\xa9b\r\n", b"1\r\n", b"z\r\n0\r\n\r\n"]

    def script(peer: Any, _: bytes) -> None:
        peer.send(CHUNKED)
        for part in parts:
            assert turn.acquire(timeout=10)
            peer.send(part)

    recorder, _ = recorded(script)
    with recorder.call() as wire:
        wire.send(post(b"{}"))
        wire.head()
        for part in parts:
            turn.release()
            assert part == wire.until(part)
    tape = recorder.tape()
    assert tape.response is not None
    assert [(b"a\xc3", 2), (b"\xa9b", 0), (b"z", 0)] == [(c.bytes, c.more) for c in tape.response.chunks]
    times = [tape.sent, tape.response.us, *(chunk.us for chunk in tape.response.chunks), tape.us]
    assert (sorted(times), 4) == (times, len({chunk.us for chunk in tape.response.chunks} | {tape.response.us}))


def test_the_reads_of_a_sized_body_are_its_chunks(recorded: Recorded, post: Post) -> None:
    """Where there are no transfer chunks."""
    turn = threading.Semaphore(0)

    def script(peer: Any, _: bytes) -> None:
        peer.send(OK, b"Content-Length: 6\r\n\r\n")
        for part in (b"ab", b"c", b"def"):
            assert turn.acquire(timeout=10)
            peer.send(part)

    recorder, _ = recorded(script)
    with recorder.call() as wire:
        wire.send(post(b"{}"))
        wire.head()
        for part in (b"ab", b"c", b"def"):
            turn.release()
            wire.until(part)
    assert [b"ab", b"c", b"def"] == datas(recorder.tape())


def test_connections_are_kept_one_for_one(recorded: Recorded, post: Post) -> None:
    """Two requests of a caller come on one connection to the endpoint, another caller's on another."""
    recorder, endpoint = recorded(lambda peer, _: peer.send(OK, b"Content-Length: 2\r\n\r\nok"))
    with recorder.call() as wire, recorder.call() as other:
        for each in (wire, wire, other):
            each.send(post(b"{}"))
            each.until(b"ok")
    assert ([1, 2, 3], 2) == ([recorder.kept().number for _ in range(3)], endpoint.connections)


def test_pipelined_requests_are_answered_in_order(recorded: Recorded, post: Post) -> None:
    """RFC 9112, 9.3.2."""
    recorder, _ = recorded(lambda peer, request: peer.send(OK, b"Content-Length: 1\r\n\r\n", request[-1:]))
    with recorder.call() as wire:
        wire.send(b"".join(post(digit) for digit in (b"1", b"2", b"3")))
        assert [b"1", b"2", b"3"] == [wire.until(b"\r\n\r\n" + digit)[-1:] for digit in (b"1", b"2", b"3")]
    assert [b"1", b"2", b"3"] == [datas(recorder.tape())[0] for _ in range(3)]


@pytest.mark.parametrize("body", [b"abc", b""])
def test_an_answer_without_length_ends_with_its_connection(recorded: Recorded, post: Post, body: bytes) -> None:
    """Which is complete, and the caller is told beforehand that there will be no more."""

    def script(peer: Any, _: bytes) -> bool:
        peer.send(OK, b"\r\n", body)
        return False

    recorder, _ = recorded(script)
    with recorder.call() as wire:
        wire.send(post(b"{}"))
        assert OK + b"Connection: close\r\n\r\n" == wire.head()
        assert body == wire.rest()
    tape = recorder.tape()
    assert ("complete", body) == (tape.ended, tape.body)


@pytest.mark.parametrize(
    ("sent", "left"),
    [(b"", b""), (CHUNKED, b""), (CHUNKED + b"2\r\nab\r\n", b""), (CHUNKED + b"9\r\nab", b""),
     (CHUNKED + b"2\r\nab\r\n1", b"1"), (OK + b"Content-Length: 9\r\n\r\nab", b"")],
)  # fmt: skip
def test_a_close_before_the_end_is_a_close_before_the_end(
    recorded: Recorded, post: Post, sent: bytes, left: bytes
) -> None:
    """Wherever it comes: the caller sees the same bytes and the same end."""

    def script(peer: Any, _: bytes) -> bool:
        peer.send(sent)
        return False

    recorder, _ = recorded(script)
    with recorder.call() as wire:
        wire.send(post(b"{}"))
        assert sent == wire.rest()
    tape = recorder.tape()
    assert ("fin", b"ab" if b"ab" in sent else b"") == (tape.ended, tape.body)
    assert (left, bool(sent)) == (b"".join(chunk.bytes for chunk in tape.rest), tape.response is not None)


def test_what_a_cut_chunk_promised_is_kept(recorded: Recorded, post: Post) -> None:
    """So that it can be cut again."""
    recorder, _ = recorded(lambda peer, _: bool(peer.send(CHUNKED, b"64\r\nab")))
    with recorder.call() as wire:
        wire.send(post(b"{}"))
        wire.until(b"ab")
        wire.rest()
    tape = recorder.tape()
    assert tape.response is not None
    assert 98 == tape.response.chunks[-1].more


@pytest.mark.parametrize("sent", [b"", CHUNKED, CHUNKED + b"2\r\nab\r\n"])
def test_a_reset_is_a_reset(recorded: Recorded, post: Post, sent: bytes) -> None:
    """After all that came before it."""
    turn = threading.Event()

    def script(peer: Any, _: bytes) -> bool:
        peer.send(sent)
        assert turn.wait(timeout=10)
        peer.rst()
        return False

    recorder, _ = recorded(script)
    with recorder.call() as wire:
        wire.send(post(b"{}"))
        if sent:
            wire.until(sent)
        turn.set()
        with pytest.raises(ConnectionResetError):
            wire.rest()
        assert b"" == wire.got
    tape = recorder.tape()
    assert ("rst", b"ab" if b"ab" in sent else b"") == (tape.ended, tape.body)


def test_a_caller_that_leaves_is_gone_from_the_endpoint(recorded: Recorded, post: Post) -> None:
    """In the middle of a stream; the tape has what had come."""
    gone = threading.Event()

    def script(peer: Any, _: bytes) -> bool:
        peer.send(CHUNKED, b"2\r\nab\r\n")
        if peer.gone():
            gone.set()
        return False

    recorder, _ = recorded(script)
    with recorder.call() as wire:
        wire.send(post(b"{}"))
        wire.until(b"ab\r\n")
    assert gone.wait(timeout=10)
    tape = recorder.tape()
    assert ("cancelled", b"ab") == (tape.ended, tape.body)


def test_a_caller_may_leave_before_the_head(recorded: Recorded, post: Post) -> None:
    """The endpoint had not answered at all."""
    arrived, gone = threading.Event(), threading.Event()

    def script(peer: Any, _: bytes) -> bool:
        arrived.set()
        if peer.gone():
            gone.set()
        return False

    recorder, _ = recorded(script)
    with recorder.call() as wire:
        wire.send(post(b"{}"))
        assert arrived.wait(timeout=10)
    assert gone.wait(timeout=10)
    tape = recorder.tape()
    assert ("cancelled", None) == (tape.ended, tape.response)


def test_silence_ends_the_exchange(recorded: Recorded, post: Post) -> None:
    """Before the head the caller is told, in an answer that is not on the tape; later the connection is reset."""
    gone = threading.Semaphore(0)

    def script(peer: Any, request: bytes) -> bool:
        peer.send(CHUNKED if b"late" in request else b"")
        peer.gone()
        gone.release()
        return False

    recorder, _endpoint = recorded(script, timeout=0.05)
    with recorder.call() as wire:
        wire.send(post(b"early"))
        told = wire.rest()
    assert told.startswith(b"HTTP/1.1 504 Gateway Timeout\r\n")
    assert told.endswith(b"the recorder stopped waiting: the endpoint was silent for 0.05 s\n")
    with recorder.call() as wire:
        wire.send(post(b"late"))
        with pytest.raises(ConnectionResetError):
            wire.rest()
    assert gone.acquire(timeout=10)
    assert gone.acquire(timeout=10)
    tapes = [recorder.tape(), recorder.tape()]
    assert [("timeout", None), ("timeout", 200)] == [
        (tape.ended, tape.response and tape.response.status) for tape in tapes
    ]


def test_what_is_not_http_passes_as_it_is(recorded: Recorded, post: Post) -> None:
    """A caller sees what it would have seen without the recorder."""
    recorder, _ = recorded(lambda peer, _: bool(peer.send(b"SSH-2.0-x\r\n\r\nhello")))
    with recorder.call() as wire:
        wire.send(post(b"{}"))
        assert b"SSH-2.0-x\r\n\r\nhello" == wire.rest()
    tape = recorder.tape()
    assert ("fin", None) == (tape.ended, tape.response)


@pytest.mark.parametrize(
    ("sent", "body", "rest"),
    [(CHUNKED + b"2\r\nab\r\nzz\r\nno\r\n", b"ab", b"zz\r\nno\r\n"),
     (OK + b"Content-Length: 2\r\n\r\nabsurplus", b"ab", b"surplus")],
)  # fmt: skip
def test_broken_framing_passes_as_it_is(recorded: Recorded, post: Post, sent: bytes, body: bytes, rest: bytes) -> None:
    """A bad chunk size, and more than content-length told: the tape keeps what is no part of the body."""
    recorder, _ = recorded(lambda peer, _: bool(peer.send(sent)))
    with recorder.call() as wire:
        wire.send(post(b"{}"))
        assert sent.partition(b"\r\n\r\n")[2] == wire.rest().partition(b"\r\n\r\n")[2]
    tape = recorder.tape()
    assert (body, rest) == (tape.body, b"".join(chunk.bytes for chunk in tape.rest))


def test_interim_responses_pass(recorded: Recorded, post: Post) -> None:
    """RFC 9110, 15.2; they are not on the tape."""
    hint = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    recorder, _ = recorded(lambda peer, _: peer.send(hint, OK, b"Content-Length: 0\r\n\r\n"))
    with recorder.call() as wire:
        wire.send(post(b"{}"))
        assert [hint, OK + b"Content-Length: 0\r\n\r\n"] == [wire.head(), wire.head()]
    tape = recorder.tape()
    assert (200, "complete") == (tape.response and tape.response.status, tape.ended)


def test_redirects_are_not_followed(recorded: Recorded, post: Post) -> None:
    """The caller decides."""
    moved = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    recorder, endpoint = recorded(lambda peer, _: peer.send(moved))
    with recorder.call() as wire:
        wire.send(post(b"{}"))
        assert moved == wire.head()
    assert (307, 1) == (recorder.kept().status, len(endpoint.requests))


def test_http_1_0_callers_get_no_chunks(recorded: Recorded, post: Post) -> None:
    """The bytes of the body, and the end of the connection after them."""
    recorder, _ = recorded(lambda peer, _: peer.send(CHUNKED, b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"))
    with recorder.call() as wire:
        wire.send(post(b"{}", version=b"1.0"))
        head, _, body = wire.rest().partition(b"\r\n\r\n")
    assert (False, b"abc") == (b"hunked" in head, body)
    assert [b"ab", b"c"] == datas(recorder.tape())


def test_the_answer_to_head_has_no_body(recorded: Recorded) -> None:
    """RFC 9110, 9.3.2: it has the length of the one that GET would have."""
    recorder, _ = recorded(lambda peer, _: peer.send(OK, b"Content-Length: 5\r\n\r\n"))
    with recorder.call() as wire:
        for _ in range(2):
            wire.send(b"HEAD /v1/models HTTP/1.1\r\nHost: r\r\n\r\n")
            assert OK + b"Content-Length: 5\r\n\r\n" == wire.head()
    tape = recorder.tape()
    assert ("HEAD", "complete", b"") == (tape.request.method, tape.ended, tape.body)


def test_an_endpoint_that_closes_an_idle_connection_closes_the_callers(recorded: Recorded, post: Post) -> None:
    """So a caller never keeps a connection that leads nowhere."""
    done = threading.Event()

    def script(peer: Any, _: bytes) -> bool:
        peer.send(OK, b"Content-Length: 2\r\n\r\nok")
        return not done.wait(timeout=10)

    recorder, _ = recorded(script)
    with recorder.call() as wire:
        wire.send(post(b"{}"))
        wire.until(b"ok")
        done.set()
        assert b"" == wire.rest()


def test_a_slow_caller_slows_the_endpoint_and_nothing_is_lost(recorded: Recorded, post: Post) -> None:
    """More than all buffers on the way hold."""
    size = 24 * 1024 * 1024
    recorder, _ = recorded(lambda peer, _: peer.send(OK, b"Content-Length: %d\r\n\r\n" % size, b"x" * size))
    with recorder.call() as wire:
        wire.send(post(b"{}"))
        wire.head()
        got = len(wire.got)
        while got < size:
            got += len(wire.socket.recv(1 << 20))
    kept = recorder.kept()
    assert (size, "complete") == (kept.bytes, kept.ended)


def test_an_endpoint_that_cannot_be_reached_is_told(records: Callable[..., Any], post: Post) -> None:
    """In an answer of the recorder's own, and there is no tape: nothing was asked."""
    recorder = records("http://127.0.0.1:1")
    with recorder.call() as wire:
        wire.send(post(b"{}", target=b"/x?key=abcdefghi"))
        told = wire.rest()
    assert told.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
    kept = recorder.kept()
    assert ("/x", None, True) == (kept.path, kept.file, (kept.why or "").startswith("the endpoint cannot be reached: "))


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"no HTTP\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: r\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", b"501"),
        (b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 300_000, b"431"),
    ],
)
def test_what_cannot_be_passed_on_is_refused(recorded: Recorded, sent: bytes, status: bytes) -> None:
    """What is no request, another protocol, a head without end."""
    recorder, endpoint = recorded(lambda peer, _: peer.send(OK))
    with recorder.call() as wire:
        wire.send(sent)
        assert b"HTTP/1.1 " + status == wire.until(b" ")[:-1] + b" " + wire.until(b" ")[:-1]
    assert 0 == endpoint.connections
