"""Recorded requests: one a line, as JSON, with the times at which their tokens came. Pure: lines in, records out."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from novastack_simulators.tempo.outcome import Outcome
from novastack_simulators.tempo.trace import ARRIVALS, MOST, Prefix, TraceError, arrived, count, mapping, number, prefix


class Record(NamedTuple):
    """A request and what became of it. `even`: only its first and last time are known, those between are guessed."""

    outcome: Outcome
    even: bool = False
    prefix: Prefix = Prefix()


def read(lines: Iterable[str | bytes]) -> list[Record]:
    """The records in the order of their arrival, but for refused ones. Raises TraceError."""
    records: list[Record] = []
    mistakes: list[str] = []
    for line_number, line in enumerate(lines, start=1):
        try:
            records += _record(line) if line.strip() else ()
        except ValueError as error:
            mistakes.append(f"line {line_number}: {error}")
        if len(mistakes) == MOST:
            break
    if mistakes:
        raise TraceError("\n".join(mistakes))
    if not records:
        raise TraceError("no recorded request: expected one JSON object a line, with prompt_tokens and token_times")
    return sorted(records, key=lambda record: record.outcome.arrival)


def apart(gaps: Sequence[float]) -> list[float]:
    """Gaps token by token: tokens that came together in one piece share the time before it."""
    found: list[float] = []
    together: list[float] = []
    for gap, following in pairwise((*gaps, 1.0)):
        together.append(gap)
        if following > 0:
            found += [sum(together) / len(together)] * len(together)
            together = []
    return found


def _record(line: str | bytes) -> list[Record]:
    found = mapping(line)
    if found.get("refused"):
        return []
    at = arrived(found) if any(name in found for name in ARRIVALS) else 0.0
    after, even = _after(found)
    tokens = array("d", (at + each for each in after))
    return [Record(Outcome(at, count("prompt_tokens", found), tokens), even, prefix(found))]


def _after(found: Mapping[str, Any]) -> tuple[list[float], bool]:
    """When each token came, in seconds after the arrival; whether all but the first and the last are guessed."""
    if "token_times" in found:
        return _in_order(found, "token_times", _numbers(found, "token_times")), False
    if "ttft" not in found:
        raise ValueError("no times: expected `token_times`, or `ttft` with `gaps` or `e2e`, in seconds")
    first = number("ttft", found["ttft"])
    if "gaps" in found:
        return _in_order(found, "gaps", list(accumulate((first, *_numbers(found, "gaps"))))), False
    if "e2e" not in found:
        raise ValueError("`ttft` alone: expected `gaps` or `e2e` beside it, in seconds")
    last, made = number("e2e", found["e2e"]), count("output_tokens", found)
    if last < first or made < 1:
        raise ValueError(f"`e2e` is {last:g} and `ttft` {first:g}, of {made} tokens: expected a first and a last time")
    steps = max(1, made - 1)
    return [first + (last - first) * step / steps for step in range(made)], True


def _in_order(found: Mapping[str, Any], name: str, after: list[float]) -> list[float]:
    if not after:
        raise ValueError(f"`{name}` is empty: expected a time for each token")
    if any(later < earlier for earlier, later in pairwise(after)):
        raise ValueError(f"`{name}` goes back in time: expected seconds after the arrival, in order")
    told = count("output_tokens", found) if "output_tokens" in found else len(after)
    if told != len(after):
        raise ValueError(f"`{name}` makes {len(after)} tokens and `output_tokens` is {told}: expected the same")
    return after


def _numbers(found: Mapping[str, Any], name: str) -> list[float]:
    if not isinstance(found[name], list):
        raise ValueError(f"`{name}` is no list: expected one of seconds")  # noqa: TRY004 - a mistake in the file
    return [number(name, each) for each in found[name]]
