"""Each model through the one key, with the official OpenAI client: whole and streamed, and which upstream answered."""

from typing import Any, Final

from novastack.failure import FailureError
from novastack.tour.step import Stage, Step

MODELS: Final = (
    ("Qwen3-235B-A22B", "qwen3-235b-a22b"),
    ("DeepSeek-V4-Pro", "deepseek-v4-pro"),
    ("Claude-Opus-4.7", "claude-opus-4-7"),
)
"""Each model by the name that an application would use, and the upstream that must answer."""

QUESTION: Final = [{"role": "user", "content": "How do I know that my gateway is fit for its users?"}]


def client(stage: Stage) -> Any:
    """The official client, pointed at the gateway; it does not retry, so that what happens is seen.

    Raises FailureError when it is not installed.
    """
    try:
        import openai  # noqa: PLC0415 - only the demonstration needs it
    except ImportError:
        raise FailureError("The demo asks with the official OpenAI client: pip install openai") from None
    return openai.OpenAI(base_url=f"{stage.url}/v1", api_key=stage.key, max_retries=0, timeout=30)


def ask(model: str, upstream: str, stage: Stage) -> Step:
    """A whole reply."""
    raw = client(stage).chat.completions.with_raw_response.create(model=model, messages=QUESTION)
    answered = raw.headers.get("x-novastack-upstream")
    reply = raw.parse()
    text = reply.choices[0].message.content or ""
    return Step(
        held=answered == upstream and bool(text) and reply.usage.completion_tokens > 0,
        seen=f"{answered} answered in {reply.usage.completion_tokens} tokens: {_start(text)}",
    )


def stream(model: str, upstream: str, stage: Stage) -> Step:
    """The same, streamed."""
    raw = client(stage).chat.completions.with_raw_response.create(model=model, messages=QUESTION, stream=True)
    answered = raw.headers.get("x-novastack-upstream")
    pieces = []
    finish = None
    for chunk in raw.parse():
        for choice in chunk.choices:
            pieces.append(choice.delta.content or "")
            finish = choice.finish_reason or finish
    text = "".join(pieces)
    return Step(
        held=answered == upstream and bool(text) and finish == "stop",
        seen=f"{answered} streamed {sum(map(bool, pieces))} pieces, finish {finish}: {_start(text)}",
    )


def _start(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
