"""Every fault at every place that it takes leaves a plan that can be played, in every wire and under every framing."""

import json
import math
import re
from random import Random
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from novastack_simulators.faults import FAULTS, AnyFault, Fault
from novastack_simulators.faults.at import PHASES
from novastack_simulators.framing import FRAMINGS, framed
from novastack_simulators.plan import Plan

READER: TypeAdapter[Fault] = TypeAdapter(AnyFault)
PLACES: list[Any] = [
    *PHASES,
    {"after_tokens": 1},
    {"after_tokens": 99},
    {"at_byte": 0},
    {"at_byte": 150},
    {"at_byte": 10**6},
]
FRAMED = ("one-byte", "gzip", "everything-legal")
# These write what is no event, so nothing reads their streams.
ILLEGIBLE = ("corrupt", "blank_lines", "html_page")


def taken(do: str, at: Any, wanted: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """The fault as it is given; None where it does not take that place."""
    given = {"do": do, **wanted.get(do, {}), "at": at}
    try:
        READER.validate_python(given)
    except ValidationError:
        return None
    return given


@pytest.mark.parametrize("do", FAULTS)
def test_every_plan_can_be_played(wire: Any, wanted: dict[str, dict[str, Any]], do: str) -> None:
    """Whatever is said, streamed or not."""
    places = [given for at in PLACES if (given := taken(do, at, wanted))]
    assert places
    for given in places:
        for said in ("text", "thinking", "tools"):
            for stream in (True, False):
                after = wire.struck(given, said, stream=stream)
                check(after, do)
                if after.fault is None:
                    assert wire.plan(said, stream=stream, fault=READER.validate_python(given)) is after


@pytest.mark.parametrize("framing", FRAMED)
@pytest.mark.parametrize("do", FAULTS)
def test_every_framed_plan_can_be_played(wire: Any, wanted: dict[str, dict[str, Any]], do: str, framing: str) -> None:
    """Faults strike before the framing or after it, and what is left can be played."""
    for at in ("before_headers", "first_text", "before_done", {"at_byte": 150}):
        given = taken(do, at, wanted)
        for stream in (True, False) if given else ():
            check(wire.struck(given, stream=stream, framed=lambda plan: dressed(plan, framing)), do)


def dressed(plan: Plan, framing: str) -> Plan:
    return framed(plan, FRAMINGS[framing], Random(1), "gzip")


def check(plan: Plan, do: str) -> None:
    """What playing relies on."""
    assert len(plan.frames) == len(plan.dues)
    assert list(plan.dues) == sorted(plan.dues)
    assert all(math.isfinite(due) and due >= 0 for due in (*plan.dues, plan.end))
    assert plan.fault in (None, do)
    assert plan.ending in ("complete", "fin", "abort", "hang")
    assert plan.repeat is None or plan.ending == "hang"
    assert all(name == name.lower() and not re.search(rb"[\r\n]", value) for name, value in plan.headers)
    sent = b"".join(frame.data for frame in plan.frames)
    if plan.ending != "complete":
        return
    assert plan.frames
    assert len(sent) == int(dict(plan.headers).get(b"content-length", len(sent)))
    unread = (b"content-encoding", b"transfer-encoding")
    if do not in ILLEGIBLE and not any(name in unread for name, _ in plan.headers) and plan.fault != "truncate":
        legible(plan, sent)


def legible(plan: Plan, sent: bytes) -> None:
    """A stream is of events and comments, each whole; a plain body is JSON, or several."""
    if any(frame.phase == "body" for frame in plan.frames) or not sent:
        return
    lines = re.split(rb"\r\n|\n|\r", sent.removeprefix(b"\xef\xbb\xbf"))
    assert lines[-2:] == [b"", b""]
    assert {line.partition(b":")[0] for line in lines} <= {b"", b"data", b"event", b"id", b"retry"}


@pytest.mark.parametrize("do", FAULTS)
def test_what_is_shown_can_be_armed_again(wanted: dict[str, dict[str, Any]], do: str) -> None:
    """As the control plane shows it, and as JSON."""
    fault = READER.validate_python(
        {"do": do, **wanted.get(do, {}), "where": {"model": "m", "json": {"a.b": None}, "key": "k"}}
    )
    shown = fault.model_dump(mode="json", by_alias=True, exclude_none=True)
    assert fault == READER.validate_python(json.loads(json.dumps(shown)))


@pytest.mark.parametrize("do", FAULTS)
def test_the_key_of_the_table_is_what_it_does(wanted: dict[str, dict[str, Any]], do: str) -> None:
    """One word for one fault."""
    assert do == READER.validate_python({"do": do, **wanted.get(do, {})}).do


def test_the_same_outcome_has_the_same_bytes(wire: Any, wanted: dict[str, dict[str, Any]]) -> None:
    """Nothing is drawn but from what is given."""
    for do in FAULTS:
        given = {"do": do, **wanted.get(do, {})}
        assert wire.struck(given) == wire.struck(given)
