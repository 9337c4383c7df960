"""vLLM's own server: OpenAI's requests and answers, further fields beside them, and errors that are numbered.

All of it travels as it is; `dialects.openai` reads an error's number, and `{"error": "..."}`, as well as its words.
"""

from typing import Final

from novastack_gateway.dialects.openai import OPENAI

VLLM: Final = OPENAI
