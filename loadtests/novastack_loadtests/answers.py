"""From bytes to what a reply said: text, finish reasons, tokens, and whether it is whole.

Rule of this file: a 200 is an answer only when it is whole. A stream without its [DONE], without exactly one finish
reason, with an error inside or cut short is broken, whatever the status said.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from novastack_loadtests.events import EventReader
from novastack_loadtests.ledger import Outcome, Reply

#: What a simulator records and echoes: `canary:<id>`, verbatim.
CANARY: Final = re.compile(r"canary:([A-Za-z0-9_-]{4,64})")

#: The reply headers that verdicts judge, and the field of Reply that keeps each.
HEADERS: Final[Mapping[str, str]] = {
    "x-novastack-upstream": "upstream",
    "x-request-id": "request_id",
    "x-ratelimit-limit-requests": "limit",
    "x-ratelimit-remaining-requests": "remaining",
    "x-ratelimit-reset-requests": "reset",
    "retry-after": "retry_after",
    "retry-after-ms": "retry_after_ms",
}


class _Message(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    index: int = 0
    delta: _Message | None = None
    message: _Message | None = None
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    completion_tokens: int | None = None


class _Chunk(msgspec.Struct):
    choices: tuple[_Choice, ...] = ()
    usage: _Usage | None = None
    error: Any = None


_decode = msgspec.json.Decoder(_Chunk).decode


class Reading:
    """Collects one reply as it arrives; `told` then says what it was."""

    def __init__(self) -> None:
        self._events = EventReader()
        self._texts: list[str] = []
        self._finishes: list[str] = []
        self._tokens: int | None = None
        self._chunks = 0
        self._done = False
        self._flaw: str | None = None

    @property
    def spoken(self) -> bool:
        """Whether any text has arrived: a chunk that only names the role is not the first token."""
        return bool(self._texts)

    def feed(self, piece: bytes) -> None:
        """A piece of an event stream."""
        for event in self._events.feed(piece):
            self._event(event)

    def whole(self, body: bytes) -> None:
        """The body of a reply that is not a stream."""
        self._take(body)
        self._done = True

    def _event(self, event: bytes) -> None:
        if self._done:
            self._spoil("data after [DONE]")
        elif event.strip() == b"[DONE]":
            self._done = True
        else:
            self._chunks += 1
            self._take(event)

    def _take(self, data: bytes) -> None:
        try:
            chunk = _decode(data)
        except (msgspec.MsgspecError, RecursionError) as error:
            self._spoil(f"not a chat completion: {error}")
            return
        if chunk.error is not None:
            self._spoil("an error inside a reply with status 200")
        if chunk.usage is not None:
            self._tokens = chunk.usage.completion_tokens
        for choice in chunk.choices:
            self._choose(choice)

    def _choose(self, choice: _Choice) -> None:
        spoken = choice.delta or choice.message
        if spoken is not None and spoken.content:
            self._texts.append(spoken.content)
        if choice.finish_reason:
            self._finishes.append(choice.finish_reason)

    def _spoil(self, flaw: str) -> None:
        self._flaw = self._flaw or flaw

    def _broken(self) -> str | None:
        ends = (
            (not self._done, "ended without [DONE]"),
            (self._events.pending, "ended inside an event"),
            (len(self._finishes) != 1, f"{len(self._finishes)} finish reasons instead of one"),
        )
        return self._flaw or next((text for wrong, text in ends if wrong), None)

    def told(self, status: int, headers: Mapping[str, str], cut: str | None = None) -> Reply:
        """The reply; `cut` says how the connection broke, if it did, before the body ended."""
        outcome, error = self._outcome(status, cut)
        heard = {field: headers[name] for name, field in HEADERS.items() if name in headers}
        return Reply(
            outcome=outcome,
            status=status,
            error=error,
            canaries=tuple(CANARY.findall("".join(self._texts))),
            finishes=tuple(self._finishes),
            chunks=self._chunks,
            tokens=self._tokens,
            **heard,
        )

    def _outcome(self, status: int, cut: str | None) -> tuple[Outcome, str | None]:
        if status == 429:
            return "refused", None
        if status != 200:
            return "rejected", f"status {status}"
        flaw = cut or self._broken()
        return ("broken", flaw) if flaw else ("answered", None)
