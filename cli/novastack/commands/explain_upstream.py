"""`novastack simulate --explain`: what a simulated upstream would answer to a request, and why. Nothing is served."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table

from novastack.failure import USAGE, FailureError
from novastack.tables import console_of
from novastack_simulators.composition import composed
from novastack_simulators.config import SimulatorsConfig, UpstreamConfig, served
from novastack_simulators.explanation import Wanted, explanation
from novastack_simulators.setting import Clocks

# A request with more than a body names it; what has none of these keys is a body itself.
WHOLE: Final = frozenset({"body", "path", "method", "headers", "attempt"})


class Still:
    """A wheel on which nothing turns."""

    time: Callable[[], float] = staticmethod(time.monotonic)

    def soon(self, callback: Callable[[], None]) -> None: ...

    def at(self, due: float, callback: Callable[[], None]) -> None: ...


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
    try:
        given = json.loads(request.read_text(encoding="utf-8"))
    except OSError as error:
        raise FailureError(f"{request}: cannot be read: {error.strerror}", status=USAGE) from None
    except ValueError as error:
        raise FailureError(f"{request}: not JSON: {error}", status=USAGE) from None
    if not isinstance(given, dict):
        raise FailureError(f"{request}: expected an object: the body of a request, or one with `body`", status=USAGE)
    if "body" not in given:
        return Wanted(given)
    if unknown := sorted(given.keys() - WHOLE):
        known = ", ".join(sorted(WHOLE))
        raise FailureError(f"{request}: unknown key {unknown[0]!r}: expected some of {known}", status=USAGE)
    return Wanted(**given)


def _chosen(wanted: Wanted, settings: SimulatorsConfig, request: Path) -> UpstreamConfig:
    """The only upstream, or the first that serves the model."""
    if len(settings.upstreams) == 1:
        return settings.upstreams[0]
    model = wanted.body.get("model") if isinstance(wanted.body, dict) else None
    for each in settings.upstreams:
        if model in served(each.simulated()):
            return each
    names = ", ".join(each.name for each in settings.upstreams)
    raise FailureError(
        f"{request}: no upstream serves the model {model!r}: choose one of {names} by --only", status=USAGE
    )


def _told(found: Mapping[str, Any]) -> Group:
    answer = found["answer"]
    return Group(_summary(found), *([_faults(found["faults"])] if found["faults"] else []), _phases(answer["phases"]))


def _summary(found: Mapping[str, Any]) -> Table:
    answer = found["answer"]
    table = Table(box=SIMPLE_HEAD, show_header=False, title=f"Upstream {found['upstream']}", title_justify="left")
    rows = {
        "model": found["model"],
        "attempt": found["attempt"],
        "status": "nothing is sent" if answer["status"] is None else answer["status"],
        "stub": found["stub"],
        "nearest stub": _nearest(found["nearest"]),
        "fault": found["fault"] or "none",
        "tokens": ", ".join(f"{name} {count}" for name, count in found["tokens"].items() if name != "sent"),
        "first byte": _when(answer, "first_byte"),
        "end": f"{answer['ending']}, {_when(answer, 'end')}",
    }
    for name, value in rows.items():
        if value is not None:
            table.add_row(name, str(value))
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


def _faults(faults: list[Mapping[str, Any]]) -> Table:
    table = Table(box=SIMPLE_HEAD, title="Faults, in their order", title_justify="left")
    table.add_column("fault", no_wrap=True)
    table.add_column("strikes")
    table.add_column("because", overflow="fold")
    for each in faults:
        said = "yes" if each["strikes"] else "no, an earlier one does" if each["applies"] else "no"
        name = each["fault"] if each["fault"] == each["do"] else f"{each['fault']} ({each['do']})"
        table.add_row(name, said, each["why"])
    return table


def _phases(phases: list[Mapping[str, Any]]) -> Table:
    table = Table(box=SIMPLE_HEAD, title="What is sent", title_justify="left")
    table.add_column("phase")
    for column in ("events", "tokens", "bytes", "from", "to"):
        table.add_column(column, justify="right")
    for each in phases:
        times = ("" if each[name] is None else f"{each[name]:.3f} s" for name in ("from", "to"))
        table.add_row(each["phase"], *(str(each[name]) for name in ("events", "tokens", "bytes")), *times)
    return table
