"""`novastack simulate`: the three upstreams, faked faithfully, one port each."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from novastack import config, endpoints
from novastack.failure import USAGE, FailureError
from novastack_simulators.certificates import TlsError
from novastack_simulators.config import SimulatorsConfig
from novastack_simulators.renewal import Renewal
from novastack_simulators.server import Endpoint, PortTaken, run

Changes = Mapping[str, Any]
"""What options say of the configuration, by its keys; None is what was not given."""

_INSTEAD: Final[Mapping[str, Any]] = {"rich_help_panel": "Instead of serving"}
Check = Annotated[
    bool,
    typer.Option("--check", help="Validate the configuration and find stubs that can never reply.", **_INSTEAD),
]
Explain = Annotated[
    Path | None,
    typer.Option(
        "--explain", metavar="REQUEST.json", help="Say what a request would be answered, and why.", **_INSTEAD
    ),
]
Machine = Annotated[bool, typer.Option("--json", help="With --explain: JSON instead of tables.", **_INSTEAD)]
Trace = Annotated[
    Path | None,
    typer.Option(
        "--dry-run", metavar="TRACE.jsonl", help="Play a trace in virtual time, and tell the figures.", **_INSTEAD
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="With --dry-run: a line of JSON for each request.", **_INSTEAD),
]


def simulate(  # noqa: PLR0913 - each is an option of the command line
    *,
    file: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="novastack.yaml, or its `simulators:` part.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="NAME", help="Only this upstream; repeat for each.")
    ] = None,
    speed: Annotated[
        float | None, typer.Option(min=0.001, metavar="FACTOR", help="20 is twenty times faster than the model.")
    ] = None,
    seed: Annotated[int | None, typer.Option(metavar="NUMBER", help="Another seed, other answers.")] = None,
    tls: Annotated[bool, typer.Option("--tls", help="Serve TLS with a certificate of a local authority.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Read the configuration again when its file changes (SIGHUP always does).")
    ] = False,
    announce: Annotated[
        bool, typer.Option("--announce", help="Print the endpoints as one line of JSON, for programs.")
    ] = False,
    check: Check = False,
    explain: Explain = None,
    machine: Machine = False,
    trace: Trace = None,
    out: Out = None,
) -> None:
    """Serve the simulated upstreams until Ctrl-C, each in its native wire."""
    _sensible(explain, trace, out, machine=machine)
    changes = {"speed": speed, "seed": seed, "tls": True if tls else None}
    settings = configured(file, only, changes)
    if check:
        examine(file)
        typer.echo("The configuration of the simulators is valid.")
        return
    if explain is not None:
        import_module("novastack.commands.explain_upstream").explain_upstream(explain, settings, machine=machine)
        return
    if trace is not None:
        import_module("novastack.commands.dry_run").dry_run(trace, settings, out)
        return
    serve(settings, _renewal(file, only, changes, watch=watch), announce=announce)


def _sensible(explain: Path | None, trace: Path | None, out: Path | None, *, machine: bool) -> None:
    """An option that would do nothing is a mistake."""
    if explain is not None and trace is not None:
        raise FailureError("--explain and --dry-run: expected one of them", status=USAGE)
    if machine and explain is None:
        raise FailureError("--json: expected --explain, whose answer it is", status=USAGE)
    if out is not None and trace is None:
        raise FailureError("--out: expected --dry-run, whose lines it takes", status=USAGE)


def _renewal(file: Path | None, only: Sequence[str] | None, changes: Changes, *, watch: bool) -> Renewal | None:
    if file is None:
        if watch:
            raise FailureError("--watch: there is no file to watch: give one by --config", status=USAGE)
        return None

    def read() -> SimulatorsConfig:
        try:
            return configured(file, only, changes)
        except FailureError as failure:
            raise ValueError(str(failure)) from None

    return Renewal(read, file if watch else None)


def serve(settings: SimulatorsConfig, renewal: Renewal | None, *, announce: bool) -> None:
    """Until Ctrl-C.

    Raises FailureError.
    """

    def ready(listening: Sequence[Endpoint]) -> None:
        line = endpoints.announced(listening)
        if announce:
            typer.echo(line)
        else:
            # A program that starts simulators does not wait for what draws tables.
            tables = import_module("novastack.tables")
            tables.console_of().print(tables.endpoint_table(endpoints.parse(line)))

    try:
        run(settings, on_ready=ready, renewal=renewal)
    except TlsError as error:
        raise FailureError(f"{error}", status=USAGE) from None
    except PortTaken as taken:
        raise FailureError(
            f"The {taken.strerror}. Choose another port in the configuration, or 0 for any that is free."
        ) from None


def configured(file: Path | None, only: Sequence[str] | None, changes: Changes) -> SimulatorsConfig:
    """The simulators' configuration, as the options change it.

    Raises FailureError.
    """
    settings = config.load(file, "simulators", SimulatorsConfig)
    settings = settings.model_copy(update={name: value for name, value in changes.items() if value is not None})
    try:
        return settings.only(only) if only else settings
    except ValueError as error:
        raise FailureError(f"--only: {error}", status=USAGE) from None


def examine(file: Path | None) -> None:
    """Looks for stubs that can never reply or that compete, in all upstreams.

    Raises FailureError with every complaint and its line.
    """
    complaints = config.load(file, "simulators", SimulatorsConfig).complaints()
    if file is None or not complaints:
        return
    source = config.read(file)
    prefix = ("simulators",) if "simulators" in source.value else ()
    ordered = sorted(complaints, key=lambda complaint: complaint.place)
    raise config.ConfigError([source.mistake((*prefix, *each.place), each.text) for each in ordered])
