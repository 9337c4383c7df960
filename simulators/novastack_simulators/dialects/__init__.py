"""The wire formats: one module each, one entry in DIALECTS."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from novastack_simulators.dialects.anthropic import ANTHROPIC
from novastack_simulators.dialects.dashscope import DASHSCOPE
from novastack_simulators.dialects.deepseek import DEEPSEEK
from novastack_simulators.dialects.dialect import Dialect
from novastack_simulators.dialects.openai import OPENAI
from novastack_simulators.dialects.vllm import VLLM

__all__ = ["DIALECTS", "Dialect"]

DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType(
    {dialect.name: dialect for dialect in (OPENAI, DASHSCOPE, DEEPSEEK, VLLM, ANTHROPIC)}
)
