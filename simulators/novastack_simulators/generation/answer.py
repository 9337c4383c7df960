"""The answer in prose, in the register of the question: a list for a list, code for code, Chinese for Chinese.

It may restate what was asked, with all that could be taken for markup, a mark or a template left out.
"""

import re
from collections.abc import Callable
from random import Random
from typing import Final

from novastack_simulators.generation.han import HAN
from novastack_simulators.generation.prose import passage, sentence
from novastack_simulators.generation.words import pick
from novastack_simulators.prompt import Prompt

TOPIC: Final = 60
UNSAFE: Final = re.compile(r"canary:\S*|https?://\S+|<[^<>]*>|[^\w\s.,;:!?'%+=/()\-]|[\x00-\x1f\x7f_]")
SENTENCE: Final = re.compile(r"(?<=[.!?])\s|\n")
CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
OPENINGS: Final = (
    "You asked about this: {topic}.",
    "On the matter of “{topic}”:",
    "Here is what I can say about “{topic}”.",
)
REPORTS: Final = ("The tool answered: {topic}.", "According to the result ({topic}), all is clear.")
LEADS: Final = (
    "Here are a few to begin with:",
    "These come to mind first:",
    "In the order in which I would take them:",
)
CODE: Final = (
    'def {name}(items: list[{kind}]) -> {kind}:\n    """{said}"""\n    return max(items, key=len)\n',
    "for index, {name} in enumerate({kind}_list):\n    print(index, {name})  # {said}\n",
    "class {name}:\n    # {said}\n    def __init__(self, value: {kind}) -> None:\n        self.value = value\n",
)


def answer(prompt: Prompt, rng: Random) -> str:
    """What the model says when nothing but words is asked for."""
    last = prompt.turns[-1]
    if prompt.bare:
        return passage(rng, rng.randint(3, 7))
    asked = next((turn.text for turn in reversed(prompt.turns) if turn.role == "user"), "")
    body = next(say for pattern, say in REGISTERS if pattern.search(asked))
    opening = rng.choice(REPORTS if last.role == "tool" else OPENINGS)
    restated = topic(last.text)
    return f"{opening.format(topic=restated)} {body(rng)}" if restated and body is not _chinese else body(rng)


def topic(text: str) -> str:
    """The first sentence of a text, cleaned and cut at a word; empty when hardly anything is left."""
    cleaned = SENTENCE.split(UNSAFE.sub(" ", text).strip(), maxsplit=1)[0]
    words = " ".join(cleaned.split())
    cut = words if len(words) <= TOPIC else words[:TOPIC].rpartition(" ")[0] or words[:TOPIC]
    found = cut.strip(" .,;:!?-/()'")
    return found if len(found) > 3 else ""


def _prose(rng: Random) -> str:
    return passage(rng, rng.randint(3, 7))


def _list(rng: Random) -> str:
    items = "\n".join(f"{index + 1}. {sentence(rng)}" for index in range(rng.randint(3, 5)))
    return f"{rng.choice(LEADS)}\n\n{items}\n\n{sentence(rng)}"


def _code(rng: Random) -> str:
    names = {"name": pick(rng, "word"), "kind": rng.choice(("str", "bytes")), "said": pick(rng, "catch_phrase")}
    return f"{sentence(rng)}\n\n```python\n{rng.choice(CODE).format(**names)}```\n\n{passage(rng, 2)}"


def _chinese(rng: Random) -> str:
    return "".join(rng.sample(HAN, rng.randint(3, 6)))


REGISTERS: Final[tuple[tuple[re.Pattern[str], Callable[[Random], str]], ...]] = (
    (re.compile(r"\b(code|function|script|python|implement|snippet|class|algorithm)\b", re.IGNORECASE), _code),
    (re.compile(r"\b(list|steps|bullets?|bullet points|ideas|reasons|examples|tips)\b", re.IGNORECASE), _list),
    (CHINESE, _chinese),
    (re.compile(""), _prose),
)
