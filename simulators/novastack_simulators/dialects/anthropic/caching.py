"""Prompt caching: what of a prompt was read from the cache, what is newly written, and what stays.

platform.claude.com/docs/en/build-with-claude/prompt-caching: prefixes in the order tools, system, messages; a read is
the longest kept prefix at a breakpoint or up to 20 blocks before it; nothing shorter than the model's minimum is kept;
a read renews what it read.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from novastack_simulators.dialects.anthropic import body as wire
from novastack_simulators.dialects.anthropic.turns import system, turn
from novastack_simulators.dialects.dialect import Reading
from novastack_simulators.generation import prompt_tokens, stamp
from novastack_simulators.prefixes import Cached, Unit
from novastack_simulators.prompt import Prompt, Turn

LOOK_BACK: Final = 20
HOUR: Final = 3600.0


class Spot(NamedTuple):
    """The end of a block: the digest of all up to it, its breakpoint if it has one, and where it stands."""

    digest: bytes
    control: wire.CacheControl | None
    section: str
    part: int
    block: int = 0


def spots(body: wire.CountBody) -> Iterator[Spot]:
    """The end of each block of a prompt, in the order in which prefixes are made."""
    digest = stamp("cache", body.model)
    for index, tool in enumerate(body.tools or ()):
        digest = stamp(digest, _bare(tool))
        yield Spot(digest, tool.cache_control, "tools", index)
    for index, text in enumerate(_texts(body.system)):
        digest = stamp(digest, _bare(text))
        yield Spot(digest, getattr(text, "cache_control", None), "system", index)
    # The same page, "what invalidates the cache": tool_choice and thinking change the messages' prefixes only.
    digest = stamp(digest, msgspec.json.encode((body.tool_choice, body.thinking)))
    for index, message in enumerate(body.messages):
        for number, block in enumerate(_texts(message.content)):
            digest = stamp(digest, message.role, _bare(block))
            yield Spot(digest, getattr(block, "cache_control", None), "messages", index, number)


def _texts(content: str | Sequence[wire.Block] | None) -> Sequence[wire.Block]:
    return [wire.Text(text=content)] if isinstance(content, str) else content or ()


def _bare(block: msgspec.Struct) -> bytes:
    """The block without its breakpoint: moving a breakpoint does not change a prefix."""
    fields = msgspec.to_builtins(block)
    return msgspec.json.encode({**fields, "cache_control": None}, order="deterministic")


def breakpoints(body: wire.CountBody) -> tuple[wire.CacheControl, ...]:
    """All breakpoints in order; the one at the top level stands at the last block."""
    given = tuple(spot.control for spot in spots(body) if spot.control is not None)
    return given if body.cache_control is None else (*given, body.cache_control)


def cached(reading: Reading) -> Cached:
    """What the breakpoints of a request do. Without one nothing is cached."""
    body, figures = reading.prompt.wire.body, reading.profile.cache
    if figures is None or not breakpoints(body):
        return Cached()
    ends = _marked(body)
    marks = [index for index, spot in enumerate(ends) if spot.control is not None]
    hit = _hit(ends, marks, reading)
    read = 0 if hit is None else _tokens(ends[hit], reading)
    keep = [] if hit is None else [Unit(ends[hit].digest)]
    written: dict[float, int] = {}
    before = read
    for index in marks if hit is None else [mark for mark in marks if mark > hit]:
        tokens = _tokens(ends[index], reading)
        if tokens >= figures.least.value:
            ttl = _ttl(ends[index], figures.ttl.value)
            written[ttl] = written.get(ttl, 0) + tokens - before
            before = tokens
            keep.append(Unit(ends[index].digest, ttl))
    return Cached(read=read, written=written, keep=tuple(keep))


def _marked(body: wire.CountBody) -> list[Spot]:
    ends = list(spots(body))
    if body.cache_control is not None and ends[-1].control is None:
        ends[-1] = ends[-1]._replace(control=body.cache_control)
    return ends


def _hit(ends: Sequence[Spot], marks: Sequence[int], reading: Reading) -> int | None:
    for mark in reversed(marks):
        for index in range(mark, max(-1, mark - LOOK_BACK), -1):
            if reading.held(ends[index].digest):
                return index
    return None


def _ttl(spot: Spot, usual: float) -> float:
    return HOUR if spot.control is not None and spot.control.ttl == "1h" else usual


def _tokens(spot: Spot, reading: Reading) -> int:
    """The tokens of the prompt up to a spot."""
    whole = reading.generation.prompt_tokens
    return min(whole, prompt_tokens(_prefix(spot, reading), reading.speaker))


def _prefix(spot: Spot, reading: Reading) -> Prompt:
    prompt, body = reading.prompt, reading.prompt.wire.body
    if spot.section == "tools":
        return msgspec.structs.replace(prompt, tools=prompt.tools[: spot.part + 1], turns=())
    said = system(body.system)
    if spot.section == "system":
        kept = body.system if isinstance(body.system, str) else (body.system or ())[: spot.part + 1]
        return msgspec.structs.replace(prompt, turns=system(kept))
    message = body.messages[spot.part]
    last: Turn = turn(message.role, _texts(message.content)[: spot.block + 1], reading.profile)
    return msgspec.structs.replace(prompt, turns=(*prompt.turns[: len(said) + spot.part], last))
