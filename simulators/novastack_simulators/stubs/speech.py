"""From canned words to a Generation: in tokens, cut by the caller's limits as every answer is.

Every one of the `n` choices says the same. Reasoning is said only if the model thinks, and a bare text is completed
by text alone.
"""

import json

from novastack_simulators.generation import Call, Choice, Finish, Generation, Speaker, prompt_tokens
from novastack_simulators.generation.choice import limited
from novastack_simulators.generation.tokens import segment
from novastack_simulators.matching.scene import Scene
from novastack_simulators.stubs.reply import Said, ToolCall, Usage
from novastack_simulators.stubs.template import everywhere, filled


class Reported(Generation, frozen=True, kw_only=True):
    """A Generation that reports other counts than those of its tokens."""

    usage: Usage

    @property
    def reasoning_tokens(self) -> int:
        return _or(self.usage.reasoning, sum(len(choice.reasoning) for choice in self.choices))

    @property
    def completion_tokens(self) -> int:
        return _or(self.usage.completion, sum(choice.tokens for choice in self.choices))


def speak(said: Said, scene: Scene, speaker: Speaker) -> Generation:
    """The words of a canned reply, the request's own put in, as the model's answer."""
    prompt = scene.prompt
    choice = limited(_choice(said, scene, speaker), prompt)
    return Generation(choices=(choice,) * prompt.n, prompt_tokens=prompt_tokens(prompt, speaker))


def reporting(generation: Generation, usage: Usage | None) -> Generation:
    """The same words, with the counts that the stub wants reported."""
    if usage is None:
        return generation
    prompt = _or(usage.prompt, generation.prompt_tokens)
    return Reported(choices=generation.choices, prompt_tokens=prompt, usage=usage)


def _choice(said: Said, scene: Scene, speaker: Speaker) -> Choice:
    def tokens(text: str) -> tuple[str, ...]:
        return segment(text, speaker.unit)

    bare = scene.prompt.bare
    calls = () if bare else said.tool_calls
    usual: Finish = "tool_calls" if calls else "stop"
    return Choice(
        reasoning=tokens(filled(said.reasoning or "", scene)) if scene.prompt.thinking.on and not bare else (),
        text=tokens(filled(said.text or said.refusal or "", scene)),
        calls=tuple(Call(name=call.name, arguments=tokens(_arguments(call, scene))) for call in calls),
        finish=said.finish or usual,
        reason=said.reason,
        refused=said.refusal is not None,
    )


def _arguments(call: ToolCall, scene: Scene) -> str:
    """As they are to be sent. In an object each text is filled in by itself, so that no quote can break the JSON."""
    if isinstance(call.arguments, str):
        return filled(call.arguments, scene)
    return json.dumps(everywhere(call.arguments, lambda text: filled(text, scene)), ensure_ascii=False)


def _or(count: int | None, true: int) -> int:
    return true if count is None else count
