"""OpenAI's Responses API: text, function calls and reasoning; nothing is stored (API reference, /v1/responses)."""

from novastack_simulators.dialects.openai.responses.decode import decode
from novastack_simulators.dialects.openai.responses.events import stream
from novastack_simulators.dialects.openai.responses.items import plain

__all__ = ["decode", "plain", "stream"]
