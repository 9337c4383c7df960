"""One planned request and the run it belongs to: what will be sent, when at the earliest, and who should answer.

Rule of this file: a plan is data. The same plan and index give the same call in every process.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

#: The window of a limit of "requests per minute", in seconds.
MINUTE: Final = 60.0

#: The index of the request that asks for the limit before the run.
PROBE: Final = -1


class Plan(msgspec.Struct, frozen=True, kw_only=True, tag="plan", tag_field="line"):
    """A run, before it starts. Rates in requests per second, durations in seconds; no duration means until stopped."""

    run: str
    scenario: str
    target: str
    seed: int = 1
    rate: float
    duration: float | None
    users: int
    stream_share: float
    arrival: str = "constant"
    #: The limit in requests per `window` seconds, when the user states it instead of the gateway's header.
    limit: int | None = None
    window: float = MINUTE


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request: `expected` is the upstream that must answer by our own route table, never the gateway's."""

    index: int
    id: str
    canary: str
    scenario: str
    route: str
    expected: str
    path: str
    model: str
    stream: bool
    headers: Mapping[str, str] = {}

    def body(self) -> dict[str, Any]:
        """The JSON body: the canary in the prompt survives a gateway that drops request headers."""
        prompt = f"Please answer in one short sentence. canary:{self.canary}"
        body: dict[str, Any] = {"model": self.model, "messages": [{"role": "user", "content": prompt}]}
        return body | {"stream": True, "stream_options": {"include_usage": True}} if self.stream else body


def names(run: str, index: int) -> tuple[str, str]:
    """The request id and the canary of one call; no canary is the beginning of another, since the width is fixed."""
    tail = "probe" if index == PROBE else f"{index:08d}"
    return f"load-{run}-{tail}", f"can-{run}-{tail}"


def base(url: str) -> str:
    """The gateway's root, whether or not the user wrote the `/v1` that SDKs want."""
    return url.rstrip("/").removesuffix("/v1")
