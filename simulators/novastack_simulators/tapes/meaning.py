"""What a request means, so that the same request is known again: its JSON without what differs each time. Pure.

The order of keys, null members, `stream: false`, how a number is written and the id of a canary mean nothing, nor do
the fields that only say whom a request is for. Keys are masked, as they are on tapes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from novastack_simulators.journal import MASK, Differs, is_credential, masked
from novastack_simulators.matching import path
from novastack_simulators.matching.match import capped
from novastack_simulators.prompt import CANARY
from novastack_simulators.tapes.redaction import redaction

VOLATILE: Final = ("metadata", "prompt_cache_key", "safety_identifier", "store", "user", "user_id")
STARS: Final = re.compile(r"\*{4,}")
NAME: Final = re.compile(r"[^.\[\]\"\s]+")
BEFORE: Final = 20
"""Characters of a long text that are shown before the place where two differ."""

Leaves = Mapping[str, str]


def meant(body: bytes, ignored: Sequence[str] = ()) -> Any:
    """The meaning of a body; of one that is no JSON, its bytes."""
    try:
        value = msgspec.json.decode(redaction((), "", body).request(body))
        found = _plain(value)
    except (ValueError, RecursionError):
        return body
    if not isinstance(found, dict):
        return found
    kept = {name: each for name, each in found.items() if name not in VOLATILE and (name, each) != ("stream", False)}
    for each in ignored:
        _removed(kept, path.steps(each))
    return kept


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, str):
        return STARS.sub(MASK, CANARY.sub("canary:", value))
    # RFC 8259, 6: 1 and 1.0 are one number.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _removed(value: Any, steps: path.Steps) -> None:
    *before, last = steps
    for step in before:
        if not _holds(value, step):
            return
        value = value[step]
    if _holds(value, last):
        del value[last]


def _holds(value: Any, step: str | int) -> bool:
    if isinstance(step, str):
        return isinstance(value, dict) and step in value
    return isinstance(value, list) and -len(value) <= step < len(value)


def leaves(meaning: Any) -> Leaves:
    """Each value in it as JSON, by its path; what is empty is a value too, below the top."""
    return dict(_leaves(meaning, ""))


def _leaves(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for name, each in value.items():
            yield from _leaves(each, _below(place, name))
    elif isinstance(value, list) and value:
        for index, each in enumerate(value):
            yield from _leaves(each, f"{place}[{index}]")
    elif place or value not in ({}, []):
        yield place, f"{len(value)} bytes" if isinstance(value, bytes) else msgspec.json.encode(value).decode()


def _below(place: str, name: str) -> str:
    """As `matching.path` reads it."""
    if NAME.fullmatch(name):
        return f"{place}.{name}" if place else name
    quoted = re.sub(r'(["\\])', r"\\\1", name)
    return f'{place}["{quoted}"]'


def differences(wanted: Leaves, got: Leaves) -> tuple[Differs, ...]:
    """Each path whose value is not what is wanted; those that are wanted first, in their order."""
    places = (place for place in (*wanted, *(extra for extra in got if extra not in wanted)))
    return tuple(
        _differs(place, wanted.get(place), got.get(place)) for place in places if wanted.get(place) != got.get(place)
    )


def _differs(place: str, wanted: str | None, got: str | None) -> Differs:
    if is_credential(re.split(r"[.\[]", place)[-1]):
        return Differs(place, MASK, MASK)
    common = _common(wanted or "", got or "")
    start = common - BEFORE if common > 2 * BEFORE else 0
    return Differs(place or "the body", _shown(wanted, start), _shown(got, start))


def _common(left: str, right: str) -> int:
    pairs = zip(left, right, strict=False)
    return next((index for index, (one, other) in enumerate(pairs) if one != other), min(len(left), len(right)))


def _shown(text: str | None, start: int) -> str:
    """From where it begins to differ, if that is far from its beginning."""
    if text is None:
        return "nothing"
    return capped(masked(f"…{text[start:]}" if start else text))
