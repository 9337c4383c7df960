"""A plan is a whole answer before it is sent: the head, the frames, when each is due, and how it ends. Pure."""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

Headers = tuple[tuple[bytes, bytes], ...]
Phase = Literal["queued", "open", "reasoning", "text", "arguments", "finish", "usage", "done", "error", "body"]
Ending = Literal["complete", "fin", "abort", "hang"]


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


class Repeat(NamedTuple):
    """What a stream that never ends goes on to say: these frames, every `period` seconds, until the client leaves."""

    frames: tuple[Frame, ...]
    period: float


class Ticket(NamedTuple):
    """What a serving engine has to make for an answer, in tokens: the prompt, and each choice.

    `prefix` are digests of the prompt's blocks, for its prefix cache; the first block is the first.
    """

    prompt_tokens: int
    output_tokens: tuple[int, ...]
    prefix: tuple[bytes, ...] = ()


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one request. `dues` are seconds after its arrival, one for each frame; `end` is when it ends.

    An `abort` resets the connection at `end` (TCP RST), a `fin` closes it there without the body's own end (its last
    chunk, or what content-length promised), a `hang` never ends by itself: it is silent, or goes on with `repeat`.
    A plan with no frame that does not complete sends no head either.
    `apart`: each frame is a write of its own, with a turn of the loop before the next, never joined with others.
    A head with transfer-encoding means that the frames hold the chunks as they stand on the wire, the last one too.
    With a `ticket` an engine makes the tokens: a frame is due when its tokens are made, and `dues` are delays on top.
    From frame `slow[0]` on, the time between tokens that an engine makes is stretched by the factor `slow[1]`.
    `work` is None where the model makes nothing. `queue` is what the provider does while a request waits.
    """

    status: int
    headers: Headers
    frames: tuple[Frame, ...]
    dues: Sequence[float]
    end: float = 0.0
    ending: Ending = "complete"
    apart: bool = False
    repeat: Repeat | None = None
    ticket: Ticket | None = None
    slow: tuple[int, float] | None = None
    fault: str | None = None
    work: Work | None = None
    queue: Queue = Queue()

    @property
    def whole(self) -> bool:
        """Whether it is a single frame, due as soon as it is asked for, and nothing after it."""
        return (
            len(self.dues) == 1
            and self.dues[0] <= 0.0 >= self.end
            and self.ending == "complete"
            and self.repeat is None
            and self.ticket is None
        )


def instant(status: int, headers: Headers, body: bytes) -> Plan:
    """A plan whose body is due at once."""
    return Plan(status=status, headers=headers, frames=(Frame("body", 0, body),), dues=(0.0,))
