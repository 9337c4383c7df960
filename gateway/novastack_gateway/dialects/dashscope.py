"""Alibaba's DashScope in its OpenAI-compatible mode."""

from dataclasses import replace
from typing import Final

from novastack_gateway import splice
from novastack_gateway.dialects import openai
from novastack_gateway.dialects.developers import without_developers
from novastack_gateway.dialects.dialect import Ask, Put


def put(ask: Ask) -> Put:
    """As OpenAI's, but for developers, whom its list of roles does not have; and thinking is switched off where it would be refused.

    alibabacloud.com/help/en/model-studio/error-code (June 2026): "parameter.enable_thinking must be set to false for
    non-streaming calls"; the open-source hybrid Qwen3 thinks by default.
    """
    body = without_developers(ask)
    decided = b"enable_thinking" in body and any(name == "enable_thinking" for name, *_ in splice.members(body))
    if ask.envelope.stream or decided:
        return Put(body)
    return Put(splice.insert(body, "enable_thinking", b"false"))


DASHSCOPE: Final = replace(openai.OPENAI, put=put)
