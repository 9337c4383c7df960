"""`novastack simulate --explain`: what a simulated upstream would answer to a request, and why. Nothing is served."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from novastack.failure import USAGE, FailureError
from novastack.tables import console_of
from novastack_simulators.composition import composed
from novastack_simulators.config import SimulatorsConfig, UpstreamConfig, served
from novastack_simulators.explanation import Still, Wanted, explanation
from novastack_simulators.setting import Clocks

# A request with more than a body names it; what has other keys and no `body` is a body itself.
WHOLE: Final = frozenset(Wanted.model_fields)


def explain_upstream(request: Path, settings: SimulatorsConfig, *, machine: bool) -> None:
    """Prints the explanation, as JSON for a `machine`.

    Raises FailureError.
    """
    wanted = _wanted(request)
    each = _chosen(wanted, settings, request)
    upstream = composed(settings, each, Clocks(Still(), time.time))  # noqa: TID251 - the edge reads the clock
    found = explanation(upstream, wanted)
    console = console_of()
    if machine:
        console.print_json(json.dumps(found))
    else:
        console.print(_told(found))


def _wanted(request: Path) -> Wanted:
    given = _read(request)
    if "body" not in given and given.keys() - WHOLE:
        return Wanted(body=given)
    if unknown := sorted(given.keys() - WHOLE):
        known = ", ".join(sorted(WHOLE))
        raise FailureError(f"{request}: unknown key {unknown[0]!r}: expected some of {known}", status=USAGE)
    try:
        return Wanted.model_validate(given)
    except ValidationError as error:
        raise FailureError("\n".join(f"{request}: {text}" for text in _mistakes(error)), status=USAGE) from None


def _read(request: Path) -> dict[str, Any]:
    try:
        given = json.loads(request.read_bytes())
    except OSError as error:
        raise FailureError(f"{request}: cannot be read: {error.strerror}", status=USAGE) from None
    except UnicodeDecodeError:
        raise FailureError(f"{request}: not JSON: it is not UTF-8 text", status=USAGE) from None
    except (ValueError, RecursionError) as error:
        reason = error if isinstance(error, ValueError) else "it is nested too deeply"
        raise FailureError(f"{request}: not JSON: {reason}", status=USAGE) from None
    if not isinstance(given, dict) or not given:
        text = "expected an object: the body of a request, or one with `body`"
        raise FailureError(f"{request}: {text}", status=USAGE)
    return given


def _mistakes(error: ValidationError) -> Iterator[str]:
    for each in error.errors(include_url=False):
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in each["loc"]).lstrip(".")
        yield f"{place}: {each['msg'].removeprefix('Value error, ')}"


def _chosen(wanted: Wanted, settings: SimulatorsConfig, request: Path) -> UpstreamConfig:
    """The only upstream, or the first that serves the model."""
    if len(settings.upstreams) == 1:
        return settings.upstreams[0]
    model = wanted.body.get("model") if isinstance(wanted.body, dict) else None
    for each in settings.upstreams:
        if model in served(each.simulated()):
            return each
    names = ", ".join(each.name for each in settings.upstreams)
    what = "no upstream serves the model " + repr(model) if model is not None else "it names no model"
    raise FailureError(f"{request}: {what}: choose one of {names} by --only", status=USAGE)


def _told(found: Mapping[str, Any]) -> Group:
    faults, phases = found["faults"], found["answer"]["phases"]
    return Group(_summary(found), *([_faults(faults)] if faults else []), *([_phases(phases)] if phases else []))


def _table(title: str, **more: Any) -> Table:
    return Table(box=SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", **more)


def _summary(found: Mapping[str, Any]) -> Table:
    answer = found["answer"]
    table = _table(f"Upstream {found['upstream']}", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    rows = {
        "model": found["model"],
        "attempt": found["attempt"],
        "status": "nothing is sent" if answer["status"] is None else answer["status"],
        "error": answer["error"],
        "expectation": found["expectation"],
        "stub": found["stub"],
        "nearest stub": _nearest(found["nearest"]),
        "fault": found["fault"] or "none",
        "tokens": ", ".join(f"{name} {count}" for name, count in found["tokens"].items() if name != "sent"),
        "first byte": _when(answer, "first_byte"),
        "end": f"{answer['ending']}, {_when(answer, 'end')}",
    }
    for name, value in rows.items():
        if value is not None:
            # What came with the request may look like the console's own markup.
            table.add_row(name, Text(str(value)))
    return table


def _nearest(nearest: Mapping[str, Any] | None) -> str | None:
    if nearest is None:
        return None
    return f"{nearest['stub']}: " + "; ".join(
        f"{each['part']}: wanted {each['wanted']}, got {each['got']}" for each in nearest["differs"]
    )


def _when(answer: Mapping[str, Any], name: str) -> str:
    """Seconds after the arrival."""
    seconds = answer[name]
    by = "the engine decides" if answer["made_by"] == "engine" else "never"
    return by if seconds is None else f"after {seconds:.3f} s"


def _faults(faults: Sequence[Mapping[str, Any]]) -> Table:
    table = _table("Faults, in their order")
    table.add_column("fault", overflow="fold", ratio=1)
    table.add_column("strikes", min_width=len("strikes"), max_width=12)
    table.add_column("because", overflow="fold", ratio=2)
    for each in faults:
        said = "yes" if each["strikes"] else "no, an earlier one does" if each["applies"] else "no"
        name = each["fault"] if each["fault"] == each["do"] else f"{each['fault']} ({each['do']})"
        table.add_row(Text(name), said, Text(each["why"]))
    return table


def _phases(phases: Sequence[Mapping[str, Any]]) -> Table:
    table = _table("What is sent (times in seconds)", padding=(0, 1), pad_edge=False)
    table.add_column("phase", overflow="fold")
    for column in ("events", "tokens", "bytes", "from", "to"):
        table.add_column(column, justify="right", overflow="fold")
    for each in phases:
        times = ("" if each[name] is None else f"{each[name]:.3f}" for name in ("from", "to"))
        table.add_row(each["phase"], *(str(each[name]) for name in ("events", "tokens", "bytes")), *times)
    return table
