"""OpenAI's POST /v1/completions: a text goes on, without roles. Legacy, and still what old clients speak.

API reference, completions (legacy): max_tokens is 16 unless given; with several prompts the choices of the first come
first; `echo` says the prompt again; `logprobs` has a form of its own.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from novastack_simulators import framing
from novastack_simulators.dialects.dialect import Fields, Letter
from novastack_simulators.dialects.openai import fields
from novastack_simulators.dialects.openai.chat import check_longest, check_stream_options, known
from novastack_simulators.dialects.openai.checks import rejected, unsupported
from novastack_simulators.dialects.openai.decode import stops
from novastack_simulators.dialects.openai.reply import DONE, envelope, finish, padding, usage
from novastack_simulators.dialects.reading import parsed, typed
from novastack_simulators.generation import Choice, seeded, stamp
from novastack_simulators.generation.deltas import interleaved
from novastack_simulators.generation.logprobs import scored
from novastack_simulators.generation.tokens import segment, unit
from novastack_simulators.plan import Frame, Phase
from novastack_simulators.profile import Profile
from novastack_simulators.prompt import Prompt, Turn, digest

DEFAULT: Final = 16
MOST: Final = 2048  # choices of one request; the real bound is not documented
CONTENT: Final = (
    "model", "prompt", "seed", "n", "temperature", "top_p", "presence_penalty", "frequency_penalty", "logit_bias",
)  # fmt: skip


class Options(msgspec.Struct, frozen=True):
    """What a stream carries besides the text."""

    include_usage: bool | None = None
    include_obfuscation: bool | None = None


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """The fields that are read here; all are checked before."""

    model: str
    prompt: str | list[str | int | list[int]]
    max_tokens: int | None = None
    n: int | None = None
    best_of: int | None = None
    echo: bool | None = None
    logprobs: int | None = None
    stop: str | list[str] | None = None
    stream: bool | None = None
    stream_options: Options | None = None

    @property
    def prompts(self) -> list[str | list[int]]:
        """Each prompt apart: a text, or tokens."""
        if isinstance(self.prompt, str):
            return [self.prompt]
        numbers = [part for part in self.prompt if isinstance(part, int)]
        return [numbers] if numbers else [part for part in self.prompt if not isinstance(part, int)]

    @property
    def each(self) -> int:
        """How many choices each prompt has."""
        return self.n or 1


def decode(data: bytes, _fields: Fields, profile: Profile) -> Prompt:
    """The neutral request. Raises Refusal."""
    raw = parsed(data)
    fields.COMPLETION(raw, "")
    body = typed(raw, Body)
    known(body.model, profile)
    _check(body, profile)
    return Prompt(
        model=body.model,
        turns=tuple(
            Turn(role="user", text=each) if isinstance(each, str) else Turn(role="user", text="", tokens=len(each))
            for each in body.prompts
        ),
        content=digest(raw, *CONTENT),
        fingerprint=digest(raw, *CONTENT, "max_tokens", "stop", "echo"),
        limit=DEFAULT if body.max_tokens is None else body.max_tokens,
        stop=stops(body.stop),
        n=len(body.prompts) * body.each,
        stream=bool(body.stream),
        include_usage=bool(body.stream_options and body.stream_options.include_usage),
        bare=True,
        logprobs=body.logprobs,
        wire=body,
    )


def _check(body: Body, profile: Profile) -> None:
    check_stream_options(body)
    check_longest("max_tokens", body.max_tokens, profile)
    if len({type(part) for part in body.prompt}) > 1:
        text = (
            "Invalid type for 'prompt': expected strings, integers or arrays of integers, but got more than one kind."
        )
        raise rejected("prompt", "invalid_type", text)
    if len(body.prompts) * body.each > MOST:
        text = f"Invalid 'prompt': array too long. Expected at most {MOST} prompts times 'n', but got {len(body.prompts)} times {body.each} instead."
        raise rejected("prompt", "array_above_max_length", text)
    if body.best_of is not None and body.best_of < body.each:
        text = (
            "You requested that the server return more choices than it will generate (HINT: you must set 'best_of' "
            f"(currently {body.best_of}) to be at least 'n' (currently {body.each}), or omit either parameter)"
        )
        raise rejected("best_of", None, text)
    if body.best_of not in (None, body.each):
        unsupported(body.best_of, "best_of")
    if body.echo and not all(isinstance(each, str) for each in body.prompts):
        text = "Invalid value for 'echo': only prompts that are strings are echoed by this model."
        raise rejected("echo", "unsupported_value", text)


def plain(letter: Letter) -> bytes:
    choices = [
        _choice(letter, index, _text(_echoed(letter, index)) + _text(choice.text), finish(choice),
                _scores(letter, index, (*_echoed(letter, index), *choice.text)))
        for index, choice in enumerate(letter.generation.choices)
    ]  # fmt: skip
    head = envelope(letter, "cmpl-", "text_completion")
    return msgspec.json.encode({**head, "choices": choices, "usage": usage(letter), **_served(letter)})


def _served(letter: Letter) -> dict[str, Any]:
    return {"system_fingerprint": letter.profile.quirks.system_fingerprint}


def _text(tokens: Sequence[str]) -> str:
    return "".join(tokens)


def _choice(letter: Letter, index: int, text: str, finish: str | None, scores: Any) -> dict[str, Any]:
    logprobs = None if letter.prompt.logprobs is None else scores
    return {"text": text, "index": index, "logprobs": logprobs, "finish_reason": finish}


def _echoed(letter: Letter, index: int) -> tuple[str, ...]:
    """The tokens of the prompt that a choice says again."""
    body: Body = letter.prompt.wire
    if not body.echo:
        return ()
    return segment(letter.prompt.turns[index // body.each].text, unit(letter.profile))


def _scores(letter: Letter, choice: int, tokens: Sequence[str], first: int = 0, offset: int = 0) -> dict[str, Any]:
    """The legacy form. The very first token of an echoed prompt follows nothing, so nothing is known about it."""
    many = letter.prompt.logprobs or 0
    found = scored(tokens, many, stamp("logprobs", letter.prompt.content, choice), first=first)
    unknown = 1 if letter.prompt.wire.echo and first == 0 else 0
    ends = [offset]
    for token in tokens:
        ends.append(ends[-1] + len(token))
    return {
        "tokens": list(tokens),
        "token_logprobs": [None if place < unknown else score.logprob for place, score in enumerate(found)],
        "top_logprobs": [
            None if place < unknown else {score.token: score.logprob, **dict(score.top)}
            for place, score in enumerate(found)
        ],
        "text_offset": ends[:-1],
    }


def stream(letter: Letter) -> tuple[Frame, ...]:
    return (*_chunks(letter), DONE)


def _chunks(letter: Letter) -> Iterator[Frame]:
    choices = letter.generation.choices
    write = Chunks(letter)
    for index in range(len(choices)):
        if echoed := _echoed(letter, index):
            yield write("open", index, echoed)
    sizes = (letter.profile.delta_tokens.least, letter.profile.delta_tokens.most)
    for delta in interleaved(choices, sizes, seeded("deltas", letter.stamp)):
        yield write("text", delta.choice, write.next(delta.choice, choices[delta.choice], delta.tokens))
    for index, choice in enumerate(choices):
        yield write.frame("finish", 0, [_choice(letter, index, "", finish(choice), None)])
    if letter.prompt.include_usage:
        yield write.frame("usage", 0, [], usage=usage(letter))


class Chunks:
    """Writes the chunks of one stream; it remembers how far each choice has come, in tokens and in characters."""

    def __init__(self, letter: Letter) -> None:
        self._letter = letter
        self._head = {**envelope(letter, "cmpl-", "text_completion"), **_served(letter)}
        self._padding = padding(letter)
        many = len(letter.generation.choices)
        self._made, self._said, self._written = [0] * many, [0] * many, [0] * many

    def next(self, index: int, choice: Choice, tokens: int) -> tuple[str, ...]:
        """The next so many tokens of a choice."""
        start = self._made[index]
        self._made[index] = start + tokens
        return choice.text[start : start + tokens]

    def __call__(self, phase: Phase, index: int, tokens: Sequence[str]) -> Frame:
        scores = _scores(self._letter, index, tokens, self._said[index], self._written[index])
        self._said[index] += len(tokens)
        self._written[index] += len(_text(tokens))
        choice = _choice(self._letter, index, _text(tokens), None, scores)
        return self.frame(phase, len(tokens) if phase == "text" else 0, [choice])

    def frame(self, phase: Phase, tokens: int, choices: list[Any], **said: Any) -> Frame:
        counted = {"usage": None} if self._letter.prompt.include_usage else {}
        body = {**self._head, "choices": choices, **counted, **said, **next(self._padding)}
        return Frame(phase, tokens, framing.data(msgspec.json.encode(body)))
