"""What proves a finding: the request as a one-line curl, and the bytes or the JSON path that offend.

The key is never here: a curl says `$KEY`, and the probe has masked any reply that quotes it.
"""

import shlex
from dataclasses import dataclass
from typing import Final

from novastack_contracts.exchange import Call, Exchange
from novastack_contracts.rule import Problem

_KEYS: Final = {"valid": "$KEY", "wrong": "wrong-key"}
_AROUND: Final = 40
_LONGEST: Final = 400


@dataclass(frozen=True, slots=True)
class Evidence:
    """`offset` is the byte of the body where `excerpt`'s offence begins, `at` the seconds until it came."""

    curl: str
    status: int | None
    pointer: str
    offset: int | None
    at: float | None
    excerpt: str


def evidence(exchange: Exchange, problem: Problem) -> Evidence:
    """Gather what proves the problem."""
    start, end = problem.span or (0, 0)
    return Evidence(
        curl=curl(exchange.call),
        status=exchange.status,
        pointer=problem.pointer,
        offset=start if problem.span else None,
        at=exchange.arrival(start) if problem.span else None,
        excerpt=_marked(exchange.body, start, end) if problem.span else _quoted(exchange.body[:_LONGEST]),
    )


def curl(call: Call) -> str:
    """The request as one line for a shell, the key as `$KEY`."""
    words = ["curl", "-sSN" if _streams(call.body) else "-sS", call.url]
    if call.key in _KEYS:
        # Double quotes let the shell put the key in.
        words += ["-H", f'"authorization: Bearer {_KEYS[call.key]}"']
    if call.body:
        words += ["-H", "'content-type: application/json'", "-d", shlex.quote(call.body.decode("utf-8", "replace"))]
    return " ".join(words)


def _streams(body: bytes) -> bool:
    return b'"stream": true' in body


def _marked(body: bytes, start: int, end: int) -> str:
    before = ("…" if start > _AROUND else "") + _quoted(body[max(0, start - _AROUND) : start])
    offence = _quoted(body[start : min(end, start + _LONGEST)])
    after = _quoted(body[end : end + _AROUND]) + ("…" if end + _AROUND < len(body) else "")
    return f"{before}⟦{offence}⟧{after}"


def _quoted(data: bytes) -> str:
    r"""Bytes as text on one line: control characters as \n, \x00; what is not UTF-8 as \xff."""
    text = data.decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
