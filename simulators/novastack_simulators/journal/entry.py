"""One request as a simulator saw it."""

import msgspec


class Tokens(msgspec.Struct, kw_only=True):
    """Counts: the prompt, the reasoning, all that was generated, and what was sent before the end."""

    prompt: int = 0
    reasoning: int = 0
    completion: int = 0
    sent: int = 0


class Differs(msgspec.Struct, frozen=True):
    """One matcher of a stub that did not hold: what it reads, what it wanted and what it got, in words."""

    part: str
    wanted: str
    got: str


class Nearest(msgspec.Struct, frozen=True):
    """The stub that came nearest to matching, and all that kept it from it."""

    stub: str
    differs: tuple[Differs, ...]


class Entry(msgspec.Struct, kw_only=True):
    """One request, filled in while it is answered. Times are unix seconds; None until it happens.

    `stub` is the one that answered; if there are stubs and none matched, `nearest` says what of the closest differed.
    """

    sequence: int
    upstream: str
    request_id: str | None
    canary: str | None = None
    method: str
    path: str
    model: str | None = None
    stream: bool = False
    attempt: int = 1
    key: str | None = None
    status: int | None = None
    arrived: float
    first_byte: float | None = None
    last_byte: float | None = None
    cancelled_at: float | None = None
    tokens: Tokens = msgspec.field(default_factory=Tokens)
    fault: str | None = None
    stub: str | None = None
    nearest: Nearest | None = None
    headers: dict[str, str] = msgspec.field(default_factory=dict)
