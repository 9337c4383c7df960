"""DeepSeek's API, OpenAI-like but for the roles that it knows."""

from dataclasses import replace
from typing import Final

from novastack_gateway.dialects import openai
from novastack_gateway.dialects.developers import without_developers
from novastack_gateway.dialects.dialect import Ask, Put


def put(ask: Ask) -> Put:
    """As OpenAI's, but for developers.

    Reported by users: 400 "unknown variant `developer`, expected one of `system`, `user`, `assistant`, `tool`, …".
    """
    return Put(without_developers(ask))


DEEPSEEK: Final = replace(openai.OPENAI, put=put)
