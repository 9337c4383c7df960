"""The wire formats of upstreams: how a chat request in OpenAI's format is put to each, and how its answer comes back.

A dialect is a table of pure functions. To add one: a module here, and an entry in `DIALECTS`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from novastack_gateway.dialects.anthropic import ANTHROPIC
from novastack_gateway.dialects.dashscope import DASHSCOPE
from novastack_gateway.dialects.deepseek import DEEPSEEK
from novastack_gateway.dialects.dialect import Ask, Dialect, Put, Stream
from novastack_gateway.dialects.openai import OPENAI
from novastack_gateway.dialects.vllm import VLLM

DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType(
    {"openai": OPENAI, "dashscope": DASHSCOPE, "deepseek": DEEPSEEK, "vllm": VLLM, "anthropic": ANTHROPIC}
)

__all__ = ["DIALECTS", "Ask", "Dialect", "Put", "Stream"]
