"""One request as it went: what the log line, the metrics and the ledger are made of."""

from dataclasses import dataclass

import msgspec


class Usage(msgspec.Struct, frozen=True):
    """Tokens as the upstream counted them; `prompt_tokens` includes cache reads and writes."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A finished request; times in seconds."""

    request_id: str
    caller: str | None
    upstream: str | None
    model: str | None
    stream: bool
    status: int
    """What the client was told; 499 when it left before the end."""
    error: str | None
    duration: float
    first_byte: float | None
    usage: Usage | None
