"""What DeepSeek reads besides what all OpenAI-likes read (api-docs.deepseek.com, create chat completion, 2026)."""

from typing import Annotated, Literal

import msgspec

from novastack_simulators.dialects.openai.body import ChatBody

# Rate limit & isolation: at most 512 letters, digits, - and _; it keeps callers and their caches apart.
UserId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,512}$")]


class Switch(msgspec.Struct, frozen=True):
    """The thinking switch."""

    type: Literal["enabled", "disabled"]


class Body(ChatBody, frozen=True, kw_only=True):
    """A chat. `prefix` of a message is read from the raw body: it belongs to the last message of /beta only."""

    thinking: Switch | None = None
    user_id: UserId | None = None
