"""What a simulator saw: every request that arrived, bounded in memory. A key is kept as a fingerprint only."""

import hashlib
import re
from collections import deque
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec

# Names of headers and of fields: authorization, x-api-key, cookie, x-auth-token, api_key, client_secret, …
CREDENTIAL: Final = re.compile(
    r"(?:.*[-_])?(?:authorization|api[-_]?key|cookie|token|secret|password|credentials?)", re.IGNORECASE
)
MASK: Final = "***"
# What looks like a key in the middle of a text: the providers' own spelling, and an Authorization header's.
KEY: Final = re.compile(r"\b(sk-|bearer\s+)[^\s\"'\\,;]{4,}", re.IGNORECASE)


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


class Journal:
    """The last `capacity` entries, oldest first."""

    def __init__(self, upstream: str, *, capacity: int = 100_000) -> None:
        self._upstream = upstream
        self._entries: deque[Entry] = deque(maxlen=capacity)
        self._opened = 0
        self._dropped = 0

    def open(self, method: str, path: str, fields: Mapping[str, str], *, now: float) -> Entry:
        """A new entry for a request that just arrived."""
        self._dropped += len(self._entries) == self._entries.maxlen
        self._opened += 1
        entry = Entry(
            sequence=self._opened,
            upstream=self._upstream,
            request_id=fields.get("x-request-id"),
            method=method,
            path=path,
            arrived=now,
            headers={name: MASK if is_credential(name) else text for name, text in fields.items()},
        )
        self._entries.append(entry)
        return entry

    def clear(self) -> None:
        self._entries.clear()
        self._dropped = 0

    def report(
        self, *, request_id: str | None = None, canary: str | None = None, limit: int | None = None
    ) -> dict[str, Any]:
        """The entries that match, oldest first (of more than `limit` the newest), and how many were dropped."""
        found = [
            entry
            for entry in self._entries
            if (request_id is None or entry.request_id == request_id) and (canary is None or entry.canary == canary)
        ]
        kept = found if limit is None else found[len(found) - min(limit, len(found)) :]
        return {"entries": msgspec.to_builtins(kept), "dropped": self._dropped}


@lru_cache(maxsize=4096)
def is_credential(name: str) -> bool:
    """Whether a header or a field of that name carries a credential."""
    return CREDENTIAL.fullmatch(name) is not None


def masked(text: str) -> str:
    """The text without what looks like a key."""
    return KEY.sub(lambda found: f"{found[1]}{MASK}", text)


def fingerprint(key: str) -> str:
    """How a key is named where it may be read: `sha256:` and 12 hexadecimal digits."""
    return f"sha256:{hashlib.sha256(key.encode()).hexdigest()[:12]}"
