"""Data inspection: Alibaba refuses what its filters find, in the prompt before, in the answer while it is said.

The filters are not simulated; two words in a user's message stand for what they would find.
"""

from typing import Final

from novastack_simulators.prompt import Prompt
from novastack_simulators.refusal import Refusal

FAILED: Final = "data_inspection_failed"
INPUT: Final = "novastack-inspect-input"
OUTPUT: Final = "novastack-inspect-output"
IN_PROMPT: Final = "Input text data may contain inappropriate content."
IN_ANSWER: Final = "Output data may contain inappropriate content."


def _holds(prompt: Prompt, word: str) -> bool:
    return any(word in turn.text for turn in prompt.turns if turn.role == "user")


def breaks(prompt: Prompt) -> bool:
    """Whether a stream is to be broken off once the answer has begun."""
    return _holds(prompt, OUTPUT)


def inspected(prompt: Prompt) -> None:
    """Raises Refusal for a prompt that must not be said, and for an answer that can still be kept back whole."""
    if _holds(prompt, INPUT):
        raise Refusal("invalid", code=FAILED, message=IN_PROMPT)
    if breaks(prompt) and not prompt.stream:
        raise Refusal("invalid", code=FAILED, message=IN_ANSWER)
