"""What the model says: from a neutral request and a seed to a Generation. Pure.

When does it call a tool? With `auto`, when tools are given and the last turn is the user's: two different tools at
once if two or more are given and parallel calls are allowed, else one. `required` calls the same way whoever spoke
last, a named tool is called once, `none` never calls; where only some tools are allowed, only those are called.
A shape (JSON of the caller's schema) is for the answer: with tools as well, the calls come first and the answer after
their results has the shape.
"""

import json
from random import Random
from typing import Any

import msgspec

from novastack_simulators.generation.answer import answer
from novastack_simulators.generation.choice import Call, Choice, Finish, limited
from novastack_simulators.generation.prose import THOUGHTS, passage, sentence
from novastack_simulators.generation.seed import seeded, stamp
from novastack_simulators.generation.tokens import Unit, count, segment
from novastack_simulators.generation.values import BadSchemaError, marked, value
from novastack_simulators.prompt import Prompt, Tool

__all__ = [
    "BadSchemaError",
    "Call",
    "Choice",
    "Finish",
    "Generation",
    "Speaker",
    "generate",
    "prompt_tokens",
    "seeded",
    "stamp",
]


class Speaker(msgspec.Struct, frozen=True, kw_only=True):
    """What of the profile and the configuration decides the words and counts the tokens."""

    seed: int
    unit: Unit
    per_message: int = 4
    per_image: int = 0


class Generation(msgspec.Struct, frozen=True, kw_only=True):
    """What is said: one Choice for each that was asked for, and how long the prompt was in tokens."""

    choices: tuple[Choice, ...]
    prompt_tokens: int

    @property
    def reasoning_tokens(self) -> int:
        return sum(len(choice.reasoning) for choice in self.choices)

    @property
    def completion_tokens(self) -> int:
        return sum(choice.tokens for choice in self.choices)


def generate(prompt: Prompt, speaker: Speaker) -> Generation:
    """The answer to a prompt. Raises BadSchemaError when a tool's or the answer's schema cannot be met."""
    choices = tuple(limited(_speak(prompt, speaker, index), prompt) for index in range(prompt.n))
    return Generation(choices=choices, prompt_tokens=prompt_tokens(prompt, speaker))


def prompt_tokens(prompt: Prompt, speaker: Speaker) -> int:
    """The length of the prompt: its texts and tools by the segmenter, images and messages at the profile's rate."""
    texts = sum(count(turn.text, speaker.unit) for turn in prompt.turns)
    tools = sum(count(tool.text, speaker.unit) for tool in prompt.tools)
    images = sum(turn.images for turn in prompt.turns)
    others = sum(turn.tokens for turn in prompt.turns)
    template = 0 if prompt.bare else len(prompt.turns) * speaker.per_message + 3
    return texts + tools + images * speaker.per_image + others + template


def _speak(prompt: Prompt, speaker: Speaker, index: int) -> Choice:
    rng = seeded(speaker.seed, prompt.model, prompt.content, index)
    thoughts = passage(rng, round(rng.randint(3, 5) * prompt.thinking.effort), THOUGHTS)
    reasoning = segment(thoughts, speaker.unit)[: prompt.thinking.budget] if prompt.thinking.on else ()
    called = _called(prompt, rng)
    text = _text(prompt, rng) if not called else _mark(prompt)
    calls = tuple(Call(name=tool.name, arguments=_arguments(tool, rng, speaker)) for tool in called)
    finish: Finish = "tool_calls" if calls else "stop"
    return Choice(reasoning=reasoning, text=segment(text, speaker.unit), calls=calls, finish=finish)


def _called(prompt: Prompt, rng: Random) -> tuple[Tool, ...]:
    choosing = prompt.choosing
    if choosing.mode == "named":
        return tuple(tool for tool in prompt.tools if tool.name == choosing.name)[:1]
    asked = choosing.mode == "required" or (choosing.mode == "auto" and prompt.turns[-1].role == "user")
    offered = [tool for tool in prompt.tools if not choosing.allowed or tool.name in choosing.allowed]
    wanted = 2 if choosing.parallel and len(offered) > 1 else 1
    return tuple(rng.sample(offered, wanted)) if asked and offered else ()


def _arguments(tool: Tool, rng: Random, speaker: Speaker) -> tuple[str, ...]:
    return segment(json.dumps(value(tool.schema, rng), ensure_ascii=False), speaker.unit)


def _text(prompt: Prompt, rng: Random) -> str:
    if prompt.shape is not None:
        return json.dumps(_shaped(prompt, rng), ensure_ascii=False)
    return " ".join(part for part in (_mark(prompt), answer(prompt, rng)) if part)


def _shaped(prompt: Prompt, rng: Random) -> Any:
    """A value in the asked shape, with the canary in it where a caller's own schema has room for one."""
    if prompt.shape is not True:
        made = value(prompt.shape, rng)
        return marked(prompt.shape, made, _mark(prompt)) if prompt.canary else made
    note = {"note": _mark(prompt)} if prompt.canary else {}
    return {**note, "answer": sentence(rng), "confidence": round(rng.random(), 2)}


def _mark(prompt: Prompt) -> str:
    return f"canary:{prompt.canary}" if prompt.canary else ""
