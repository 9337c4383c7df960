"""Evidence: a curl that a shell understands, and bytes that a person can read."""

import shlex

from novastack_contracts.evidence import curl, evidence
from novastack_contracts.exchange import Call, Exchange, Piece
from novastack_contracts.rule import Problem

CALL = Call(method="POST", url="http://h/v1/chat/completions", body=b'{"stream": true, "a": "it\'s"}')


def _exchange(*pieces: Piece) -> Exchange:
    return Exchange(name="stream", call=CALL, status=200, pieces=pieces)


def test_a_curl_is_one_line_that_parses_back() -> None:
    """Quotes in the body survive the shell, the key is its variable."""
    words = shlex.split(curl(CALL))
    assert ["curl", "-sSN", "http://h/v1/chat/completions", "-H", "authorization: Bearer $KEY"] == words[:5]
    assert CALL.body.decode() == words[-1]


def test_a_keyless_call_has_no_header() -> None:
    """What was not sent is not shown."""
    assert "curl -sS http://h/v1/models" == curl(Call(method="GET", url="http://h/v1/models", key="none"))


def test_the_offending_bytes_are_marked() -> None:
    """With their offset, what stands around them, and when they came."""
    found = evidence(_exchange(Piece(0.1, b"data: a\n\n"), Piece(0.2, b"data: \xff\n\n")), Problem("x", span=(15, 16)))
    assert (15, 0.2) == (found.offset, found.at)
    assert r"data: a\n\ndata: ⟦\xff⟧\n\n" == found.excerpt


def test_terminal_escapes_are_shown_and_not_obeyed() -> None:
    """An endpoint cannot paint on the judge's terminal."""
    assert r"\x1b[31m" == evidence(_exchange(Piece(0, b"\x1b[31m")), Problem("x")).excerpt
