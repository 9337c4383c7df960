"""The route table that we hold the gateway to: names, aliases, and which of path, header and model wins.

Rule of this file: written from the gateway's documentation and never read from the gateway. An oracle that asks the
judged for the answer cannot catch it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType
from typing import Final

CHAT: Final = "/v1/chat/completions"
FORWARDED: Final = "X-Forwarded-To"

#: Upstream name (which is also its model id) to the aliases it answers to.
UPSTREAMS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "qwen3-235b-a22b": ("Qwen3-235B-A22B",),
        "deepseek-v4-pro": ("DeepSeek-V4-Pro",),
        "claude-opus-4-7": ("Claude-Opus-4.7",),
    }
)


@dataclass(frozen=True, kw_only=True)
class Target:
    """How a request says where it wants to go."""

    model: str
    path: str = CHAT
    headers: Mapping[str, str] = field(default_factory=dict)


#: A way to ask for an upstream, given the one that must answer and another one to mislead with.
Route = Callable[[str, str, Random], Target]


def scramble(name: str, rng: Random) -> str:
    """The same name in random case: model names are case-insensitive."""
    return "".join(rng.choice((letter.lower(), letter.upper())) for letter in name)


def _header(upstream: str) -> Mapping[str, str]:
    return {FORWARDED: upstream}


def _path(upstream: str) -> str:
    return f"/{upstream}{CHAT}"


#: Precedence: path over header over model. The last three ask for two upstreams at once.
ROUTES: Final[Mapping[str, Route]] = MappingProxyType(
    {
        "id": lambda name, _other, _rng: Target(model=name),
        "alias": lambda name, _other, rng: Target(model=rng.choice(UPSTREAMS[name])),
        "case": lambda name, _other, rng: Target(model=scramble(rng.choice((name, *UPSTREAMS[name])), rng)),
        "path": lambda name, _other, _rng: Target(model=name, path=_path(name)),
        "header": lambda name, _other, _rng: Target(model=name, headers=_header(name)),
        "header over model": lambda name, other, _rng: Target(model=other, headers=_header(name)),
        "path over model": lambda name, other, _rng: Target(model=other, path=_path(name)),
        "path over header": lambda name, other, _rng: Target(model=name, path=_path(name), headers=_header(other)),
    }
)
