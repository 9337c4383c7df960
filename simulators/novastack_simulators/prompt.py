"""The neutral request: what every dialect decodes into and generation reads. It knows no provider's words."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import msgspec

Role = Literal["system", "user", "assistant", "tool"]
CANARY: Final = re.compile(r"canary:([A-Za-z0-9_-]{4,64})(?![A-Za-z0-9_-])")


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One message: its text (all text parts joined), how many images it carried, and the tokens of what else it holds.

    `results` are the texts of the tool results in it, where they are parts of a message of another role.
    """

    role: Role
    text: str
    images: int = 0
    tokens: int = 0
    results: tuple[str, ...] = ()


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """A function that the model may call; `schema` is the JSON Schema of its arguments."""

    name: str
    schema: Any
    text: str = ""


class Choosing(msgspec.Struct, frozen=True, kw_only=True):
    """How tools may be used: the mode, the one tool of mode `named`, and whether two at once are allowed.

    `allowed` are the names of the tools that may be called; none listed means all.
    """

    mode: Literal["auto", "none", "required", "named"] = "auto"
    name: str | None = None
    allowed: tuple[str, ...] = ()
    parallel: bool = True


class Thinking(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the model reasons first, whether the caller may read it, and how long (a factor on the usual length).

    `budget` is the most tokens that it may reason; the answer follows all the same.
    """

    on: bool = False
    shown: bool = True
    effort: float = 1.0
    budget: int | None = None


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """A request with the provider's words taken out.

    `content` decides the words of the answer; `fingerprint` also holds the limits (max_tokens, stop).
    Neither holds `stream`, so a streamed answer says what the plain one says. `limit` is in tokens.
    `shape` is None for prose, True for any JSON object, else the schema that the answer must fit.
    `bare` texts are counted alone, without a chat template around them. `wire` is the dialect's own typed body:
    its encoder may read it, generation does not. `logprobs` is how many alternatives each token has, None for no scores.
    """

    model: str
    turns: tuple[Turn, ...]
    content: bytes
    fingerprint: bytes
    tools: tuple[Tool, ...] = ()
    choosing: Choosing = Choosing()
    thinking: Thinking = Thinking()
    limit: int | None = None
    stop: tuple[str, ...] = ()
    n: int = 1
    shape: Any = None
    stream: bool = False
    include_usage: bool = False
    bare: bool = False
    logprobs: int | None = None
    wire: Any = None

    @property
    def canary(self) -> str | None:
        """The id in the last user message's `canary:<id>`, if it holds one."""
        return canary(self.turns)


def canary(turns: Sequence[Turn]) -> str | None:
    last = next((turn.text for turn in reversed(turns) if turn.role == "user"), "")
    found = CANARY.search(last)
    return found[1] if found else None


def digest(fields: Mapping[str, Any], *names: str) -> bytes:
    """A fingerprint of the named fields, the same whatever the order of keys; null counts as absent."""
    chosen = {name: fields[name] for name in names if fields.get(name) is not None}
    return hashlib.blake2b(msgspec.json.encode(chosen, order="deterministic"), digest_size=16).digest()
