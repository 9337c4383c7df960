"""One request as a simulator saw it.

An entry is filled in while its request is answered, with no more work than setting fields: headers and body are kept
as they came, and are masked and rendered by `line.py` when somebody reads them. None and "" are what did not happen.
"""

import msgspec

Headers = tuple[tuple[bytes, bytes], ...]


class Tokens(msgspec.Struct, kw_only=True, array_like=True, gc=False):
    """Counts: the prompt, the reasoning, all that was generated, and what was sent before the end."""

    prompt: int = 0
    reasoning: int = 0
    completion: int = 0
    sent: int = 0


class Differs(msgspec.Struct, frozen=True):
    """One matcher that did not hold: what it reads, what it wanted and what it got, in words."""

    part: str
    wanted: str
    got: str

    def __str__(self) -> str:
        return f"{self.part}: wanted {self.wanted}, got {self.got}"


class Nearest(msgspec.Struct, frozen=True):
    """The stub that came nearest to matching, and all that kept it from it."""

    stub: str
    differs: tuple[Differs, ...]


class Summary(msgspec.Struct, kw_only=True, array_like=True, gc=False):
    """What an entry is found by; it is what stands first in a packed entry, and is read without the rest.

    `key` is a fingerprint, `scope` "" is the one without a name, `fault` and `stub` are the ones that answered,
    `expectation` says which expectation the request did not meet. Times are unix seconds.
    """

    sequence: int
    request_id: str | None = None
    canary: str | None = None
    scope: str = ""
    key: str | None = None
    method: str
    path: str
    model: str | None = None
    stream: bool = False
    attempt: int = 1
    status: int | None = None
    stub: str | None = None
    fault: str | None = None
    expectation: str | None = None
    arrived: float
    cancelled_at: float | None = None
    ended: bool = False


class Entry(Summary, kw_only=True, array_like=True, gc=False):
    """One request. If there are stubs and none matched, `nearest` says what of the closest differed.

    `lateness` is the most that a write was behind its plan, in seconds. `body_bytes` is how long the body was, None if
    it was not taken; `body` is what is kept of it.
    """

    upstream: str
    planned_first_byte: float | None = None
    planned_end: float | None = None
    first_byte: float | None = None
    last_byte: float | None = None
    lateness: float = 0.0
    tokens: Tokens = msgspec.field(default_factory=Tokens)
    nearest: Nearest | None = None
    headers: Headers = ()
    body_bytes: int | None = 0
    body: bytes = b""
