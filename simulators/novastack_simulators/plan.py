"""A plan is a whole answer before it is sent: the head, the frames, when each is due, and how it ends. Pure."""

import math
from typing import Literal, NamedTuple

import msgspec

Headers = tuple[tuple[bytes, bytes], ...]
Phase = Literal["queued", "open", "reasoning", "text", "arguments", "finish", "usage", "done", "error", "body"]
Ending = Literal["complete", "abort", "hang"]


class Frame(NamedTuple):
    """Bytes that are written together; `phase` says what they carry, `tokens` how many tokens were made for them."""

    phase: Phase
    tokens: int
    data: bytes


class Work(NamedTuple):
    """What the model makes for an answer: `finishes` says why each choice ends, `limit` is the caller's in tokens.

    `dues` are the seconds after arrival at which each token is made; empty: with the frame that carries it.
    """

    prompt_tokens: int
    finishes: tuple[str, ...]
    limit: int | None = None
    dues: tuple[float, ...] = ()


class Queue(NamedTuple):
    """`sign` is sent every `beat` seconds to show that the connection lives; after `patience` seconds it is closed.

    All of it in real seconds; no sign: nothing is sent.
    """

    sign: bytes = b""
    beat: float = 0.0
    patience: float = math.inf


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one request. `dues` are seconds after its arrival, one for each frame; `end` is when it ends.

    A `hang` never ends by itself; an `abort` resets the connection at `end`.
    A plan with no frame that aborts or hangs sends no head either. `work` is None where the model makes nothing.
    `queue` is what the provider does while a request waits for the model.
    """

    status: int
    headers: Headers
    frames: tuple[Frame, ...]
    dues: tuple[float, ...]
    end: float = 0.0
    ending: Ending = "complete"
    fault: str | None = None
    work: Work | None = None
    queue: Queue = Queue()


def instant(status: int, headers: Headers, body: bytes) -> Plan:
    """A plan whose body is due at once."""
    return Plan(status=status, headers=headers, frames=(Frame("body", 0, body),), dues=(0.0,))
