"""A trace: one request a line, as JSON, in our own words or in those of published traces. Pure: lines in, requests out."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import msgspec

from novastack_simulators.plan import Ticket
from novastack_simulators.tempo.replay import Arrival

#: What the arrival may be called, and how many seconds its unit has: ours, Mooncake's (milliseconds), BurstGPT's.
ARRIVALS: Final[Mapping[str, float]] = MappingProxyType({"arrival": 1.0, "timestamp": 0.001, "Timestamp": 1.0})
#: What the other fields may be called: ours first, then Mooncake's and BurstGPT's.
NAMES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "prompt_tokens": ("prompt_tokens", "input_length", "Request tokens"),
        "output_tokens": ("output_tokens", "output_length", "Response tokens"),
        "model": ("model", "Model"),
    }
)
#: Mooncake's `hash_ids` name blocks of so many tokens (kvcache-ai/Mooncake, FAST25 release).
HASHED: Final = 512
MOST: Final = 20


class Prefix(NamedTuple):
    """What a prompt shares: with all of the same `name` its first `tokens`, with those of its session all that it has.

    `hashes` name its blocks of 512 tokens instead.
    """

    name: str | None = None
    tokens: int | None = None
    session: str | None = None
    hashes: tuple[int, ...] = ()


class Request(NamedTuple):
    """A line of a trace. `outputs` has the tokens of each choice."""

    line: int
    at: float
    prompt_tokens: int
    outputs: tuple[int, ...]
    model: str | None = None
    prefix: Prefix = Prefix()


class TraceError(ValueError):
    """Lines that cannot be read: a sentence for each, with its number."""


def read(lines: Iterable[str | bytes]) -> list[Request]:
    """The requests in the order of their arrival; blank lines are passed over. Raises TraceError."""
    requests, mistakes = [], []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            requests.append(_request(number, line))
        except ValueError as error:
            mistakes.append(f"line {number}: {error}")
        if len(mistakes) == MOST:
            break
    if mistakes:
        raise TraceError("\n".join(mistakes))
    if not requests:
        raise TraceError("no request: expected one JSON object a line, with arrival, prompt_tokens and output_tokens")
    return sorted(requests, key=lambda request: request.at)


def arrival(request: Request, block_size: int | None) -> Arrival:
    """The request as an engine with blocks of that size takes it; None where no prefix is looked for."""
    known = () if block_size is None else tuple(digests(request.prefix, request.prompt_tokens, block_size))
    return Arrival(request.at, Ticket(request.prompt_tokens, request.outputs, known))


def shared(prefix: Prefix) -> dict[str, Any]:
    """The same as a line has it."""
    fields = {"prefix": prefix.name, "prefix_tokens": prefix.tokens, "session": prefix.session}
    hashes = {"hash_ids": list(prefix.hashes)} if prefix.hashes else {}
    return {**{name: value for name, value in fields.items() if value is not None}, **hashes}


def mapping(line: str | bytes) -> dict[str, Any]:
    """The object on a line. Raises ValueError."""
    try:
        found = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise ValueError(f"not JSON: {error}") from None
    if not isinstance(found, dict):
        raise ValueError(f"expected a JSON object, got {_short(found)}")  # noqa: TRY004 - a mistake in the file
    return found


def arrived(found: Mapping[str, Any]) -> float:
    """When the request came, in seconds. Raises ValueError."""
    name = next((name for name in ARRIVALS if name in found), None)
    if name is None:
        raise ValueError(f"no arrival: expected one of {', '.join(ARRIVALS)}")
    return number(name, found[name]) * ARRIVALS[name]


def count(field: str, found: Mapping[str, Any]) -> int:
    """A number of tokens. Raises ValueError."""
    name = next((name for name in NAMES[field] if name in found), None)
    if name is None:
        raise ValueError(f"no {field}: expected one of {', '.join(NAMES[field])}")
    return _whole(name, found[name])


def number(name: str, value: Any) -> float:
    """A time that is not negative. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise ValueError(f"`{name}` is {_short(value)}: expected a number of at least 0")
    return float(value)


def _request(line: int, text: str | bytes) -> Request:
    found = mapping(text)
    outputs = found.get("output_tokens")
    return Request(
        line=line,
        at=arrived(found),
        prompt_tokens=count("prompt_tokens", found),
        outputs=_choices(outputs) if isinstance(outputs, list) else (count("output_tokens", found),),
        model=next((_text(name, found[name]) for name in NAMES["model"] if name in found), None),
        prefix=prefix(found),
    )


def _choices(given: list[Any]) -> tuple[int, ...]:
    if not given:
        raise ValueError("`output_tokens` is empty: expected the tokens of each choice")
    return tuple(_whole("output_tokens", each) for each in given)


def prefix(found: Mapping[str, Any]) -> Prefix:
    """What the prompt shares with others. Raises ValueError."""
    name, session = (_text(key, found[key]) if key in found else None for key in ("prefix", "session"))
    tokens = _whole("prefix_tokens", found["prefix_tokens"]) if "prefix_tokens" in found else None
    hashes = found.get("hash_ids", [])
    if not isinstance(hashes, list) or not all(isinstance(each, int) for each in hashes):
        raise ValueError(f"`hash_ids` is {_short(hashes)}: expected a list of whole numbers")
    return Prefix(name, tokens, session, tuple(hashes))


def digests(prefix: Prefix, prompt_tokens: int, size: int) -> Iterator[bytes]:
    """A digest for each full block of the prompt that somebody else can have too, from its beginning."""
    if prefix.hashes:
        ends = range(size, min(prompt_tokens, HASHED * len(prefix.hashes)) + 1, size)
        yield from (b"hash %d %d" % (prefix.hashes[(end - 1) // HASHED], end) for end in ends)
        return
    shared = 0
    if prefix.name is not None:
        shared = prompt_tokens if prefix.tokens is None else min(prefix.tokens, prompt_tokens)
        named = repr((prefix.name,)).encode()
        yield from (b"prefix %s %d" % (named, end) for end in range(size, shared + 1, size))
    if prefix.session is not None:
        named = repr((prefix.name, prefix.tokens, prefix.session)).encode()
        first = size * (shared // size + 1)
        yield from (b"session %s %d" % (named, end) for end in range(first, prompt_tokens + 1, size))


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"`{name}` is {_short(value)}: expected a whole number of at least 0")
    return value


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise ValueError(f"`{name}` is {_short(value)}: expected a text")  # noqa: TRY004 - a mistake in the file
    return str(value)


def _short(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 40 else f"{text[:40]}…"
