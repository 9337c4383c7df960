"""One request as a simulator saw it: the journal's own fields, typed."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """Counts: the prompt, the reasoning, all that was generated, and what was sent before the end."""

    prompt: int
    reasoning: int
    completion: int
    sent: int


class Differs(msgspec.Struct, frozen=True, kw_only=True):
    """One matcher of a stub that did not hold: what it reads, what it wanted and what it got, in words."""

    part: str
    wanted: str
    got: str


class Nearest(msgspec.Struct, frozen=True, kw_only=True):
    """The stub that came nearest to matching, and all that kept it from it."""

    stub: str
    differs: tuple[Differs, ...]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One request; None and "" are what did not happen.

    `key` is a fingerprint, `fault` and `stub` are the ones that answered, `expectation` says which expectation the
    request did not meet. Times are unix seconds, `lateness` is the most that a write was behind its plan, in seconds.
    """

    sequence: int
    upstream: str
    request_id: str | None
    canary: str | None
    scope: str
    key: str | None
    attempt: int
    method: str
    path: str
    model: str | None
    stream: bool
    status: int | None
    fault: str | None
    stub: str | None
    nearest: Nearest | None
    expectation: str | None
    arrived: float
    planned_first_byte: float | None
    planned_end: float | None
    first_byte: float | None
    last_byte: float | None
    lateness: float
    ended: bool
    cancelled_at: float | None
    tokens: Tokens
    headers: Mapping[str, str]
    body: str
    body_bytes: int | None
    truncated: bool

    @property
    def json(self) -> Any:
        """The body, read as JSON. Raises ValueError if it is none, or was cut."""
        return json.loads(self.body)

    def __str__(self) -> str:
        """`#3 POST /v1/chat/completions 503, attempt 1, model gpt-4o, fault overloaded`."""
        status = "unanswered" if self.status is None else str(self.status)
        told = {name: getattr(self, name) for name in ("attempt", "model", "stub", "fault", "expectation")}
        known = [f"{name} {value}" for name, value in told.items() if value is not None]
        left = ["cancelled"] if self.cancelled_at is not None else [] if self.ended else ["under way"]
        return ", ".join((f"#{self.sequence} {self.method} {self.path} {status}", *known, *left))
