"""Failure modes: each is one file and one entry in FAULTS; its `do` is its name everywhere."""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import msgspec
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Discriminator, Tag, TypeAdapter

from novastack_simulators.faults import (
    blank_lines,
    corrupt,
    cut,
    drop,
    duplicate,
    empty_body,
    empty_choices,
    error_event,
    fin,
    finish,
    html_page,
    in_band_error,
    keepalive_comments,
    missing_usage,
    never_end,
    ok_with_error_body,
    reorder,
    rst,
    slow,
    stall,
    status,
    truncate,
    unknown_finish_reason,
    wrong_content_type,
    wrong_id,
    wrong_model,
    wrong_usage,
)
from novastack_simulators.faults.at import is_byte
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.fault import Fault
from novastack_simulators.faults.presets import Preset, named, presets
from novastack_simulators.faults.prospects import Prospects, prospects
from novastack_simulators.faults.verdict import Verdict, chosen, explained
from novastack_simulators.faults.when import Struck
from novastack_simulators.faults.wording import shown
from novastack_simulators.generation import Generation
from novastack_simulators.matching.where import both
from novastack_simulators.plan import Plan

__all__ = [
    "FAULTS",
    "AnyFault",
    "Context",
    "Entry",
    "Fault",
    "Faults",
    "Preset",
    "Prospects",
    "Struck",
    "Verdict",
    "chosen",
    "expanded",
    "explained",
    "mangled",
    "presets",
    "prospects",
    "struck",
    "unfit",
    "uttered",
]


def _on_bytes(fault: Fault) -> bool:
    return is_byte(fault.at)


class Entry(NamedTuple):
    """A fault's parameters and what it does: (fault, plan, context) → plan, or None where its phase never comes.

    `said` is what it does before that to what the model says. `framed` says of a fault whether it strikes the bytes
    after framing, not the events before it; `unfit` why it makes no sense at an upstream that speaks a dialect.
    """

    model: type[Fault]
    strike: Callable[[Any, Plan, Context], Plan | None]
    said: Callable[[Any, Generation], Generation] = lambda _fault, generation: generation
    framed: Callable[[Any], bool] = _on_bytes
    unfit: Callable[[Any, str], str | None] = lambda _fault, _dialect: None


FAULTS: Final[Mapping[str, Entry]] = MappingProxyType({
    "status": Entry(status.Status, status.strike),
    "html_page": Entry(html_page.HtmlPage, html_page.strike),
    "ok_with_error_body": Entry(ok_with_error_body.OkWithErrorBody, ok_with_error_body.strike),
    "empty_body": Entry(empty_body.EmptyBody, empty_body.strike),
    "wrong_content_type": Entry(wrong_content_type.WrongContentType, wrong_content_type.strike),
    "stall": Entry(stall.Stall, stall.strike),
    "slow": Entry(slow.Slow, slow.strike),
    "keepalive_comments": Entry(keepalive_comments.KeepaliveComments, keepalive_comments.strike),
    "blank_lines": Entry(blank_lines.BlankLines, blank_lines.strike),
    "never_end": Entry(never_end.NeverEnd, never_end.strike),
    "rst": Entry(rst.Rst, rst.strike),
    "fin": Entry(fin.Fin, fin.strike),
    "cut": Entry(cut.Cut, cut.strike),
    "truncate": Entry(truncate.Truncate, truncate.strike),
    "in_band_error": Entry(in_band_error.InBandError, in_band_error.strike),
    "error_event": Entry(error_event.ErrorEvent, error_event.strike),
    "corrupt": Entry(corrupt.Corrupt, corrupt.strike, framed=corrupt.framed),
    "duplicate": Entry(duplicate.Duplicate, duplicate.strike),
    "drop": Entry(drop.Drop, drop.strike),
    "reorder": Entry(reorder.Reorder, reorder.strike),
    "empty_choices": Entry(empty_choices.EmptyChoices, empty_choices.strike, unfit=empty_choices.unfit),
    "wrong_model": Entry(wrong_model.WrongModel, wrong_model.strike, unfit=wrong_model.unfit),
    "wrong_id": Entry(wrong_id.WrongId, wrong_id.strike, unfit=wrong_id.unfit),
    "missing_usage": Entry(missing_usage.MissingUsage, missing_usage.strike),
    "wrong_usage": Entry(wrong_usage.WrongUsage, wrong_usage.strike),
    "finish": Entry(finish.Finish, finish.strike, finish.ended),
    "unknown_finish_reason": Entry(
        unknown_finish_reason.UnknownFinishReason, unknown_finish_reason.strike, unknown_finish_reason.ended
    ),
})  # fmt: skip


def _known(given: Any) -> Any:
    """Says in one sentence what may stand in a list of faults."""
    if isinstance(given, dict) and "preset" in given:
        named(given["preset"])
        return given
    do = given.get("do") if isinstance(given, dict) else getattr(given, "do", None)
    if isinstance(given, Preset) or (isinstance(do, str) and do in FAULTS):
        return given
    found = f"unknown fault {shown(do)}" if do is not None else f"a fault says what to `do`, got {shown(given)}"
    raise ValueError(f"{found}: known are {', '.join(FAULTS)}")


def _kind(given: Any) -> str:
    """What an element of a list of faults is: `preset`, or what the fault does."""
    if isinstance(given, Fault):
        return given.do
    return "preset" if isinstance(given, Preset) or "preset" in given else str(given["do"])


def expanded(given: Sequence[Fault | Preset]) -> tuple[Fault, ...]:
    """The faults, with those of a preset in its place; the journal tells them by the preset's name."""
    return tuple(fault for each in given for fault in (_kit(each) if isinstance(each, Preset) else (each,)))


def _kit(preset: Preset) -> tuple[Fault, ...]:
    kit = presets()[preset.preset]
    faults = READER.validate_python([{"name": kit.name, **each} for each in kit.faults])
    return tuple(_aimed(fault, preset) for fault in faults)


def _aimed(fault: Fault, preset: Preset) -> Fault:
    """The fault at the times and for the requests that stand beside the preset's name."""
    where = preset.where if fault.where is None or preset.where is None else both(fault.where, preset.where)
    told = {"when": preset.when, "where": where}
    return fault.model_copy(update={name: value for name, value in told.items() if value is not None})


if TYPE_CHECKING:
    AnyFault = Fault
    Faults = tuple[Fault, ...]
else:
    # FAULTS is the only list of them: what may be read follows from it.
    _TAGGED = [Annotated[entry.model, Tag(do)] for do, entry in FAULTS.items()]
    AnyFault = Annotated[Annotated[reduce(or_, _TAGGED), Discriminator(_kind)], BeforeValidator(_known)]
    _ARMED = [*_TAGGED, Annotated[Preset, Tag("preset")]]
    _Armed = Annotated[Annotated[reduce(or_, _ARMED), Discriminator(_kind)], BeforeValidator(_known)]
    Faults = Annotated[tuple[_Armed, ...], AfterValidator(expanded)]
READER: Final[TypeAdapter[tuple[Fault, ...]]] = TypeAdapter(Faults, config=ConfigDict(defer_build=True))


def unfit(faults: Sequence[Fault], dialect: str) -> tuple[tuple[int, str], ...]:
    """The places of those that make no sense at an upstream that speaks a dialect, each with a sentence."""
    found = ((index, FAULTS[fault.do].unfit(fault, dialect), fault) for index, fault in enumerate(faults))
    return tuple((index, f"{fault.do} makes no sense here: {why}") for index, why, fault in found if why is not None)


def uttered(fault: Fault | None, generation: Generation) -> Generation:
    """What the model says under a fault."""
    return generation if fault is None else FAULTS[fault.do].said(fault, generation)


def struck(fault: Fault, plan: Plan, error: Plan, context: Context) -> Plan:
    """The plan as the fault leaves it, if it is about events; if its phase never comes, the plan as it is.

    The name of a fault that struck goes with the plan into the journal.
    """
    return plan if FAULTS[fault.do].framed(fault) else _struck(fault, plan, context._replace(error=error))


def mangled(fault: Fault | None, plan: Plan) -> Plan:
    """The framed plan as the fault leaves it, if it is about bytes."""
    return plan if fault is None or not FAULTS[fault.do].framed(fault) else _struck(fault, plan, Context(plan))


def _struck(fault: Fault, plan: Plan, context: Context) -> Plan:
    found = FAULTS[fault.do].strike(fault, plan, context)
    return plan if found is None else msgspec.structs.replace(found, fault=fault.told)
