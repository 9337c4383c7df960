"""`novastack simulate`: the three upstreams, faked faithfully, one port each."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from novastack import config, endpoints
from novastack.failure import USAGE, FailureError
from novastack.tables import console_of, endpoint_table
from novastack_simulators.config import SimulatorsConfig
from novastack_simulators.server import Endpoint, PortTaken, run


def simulate(
    *,
    file: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="novastack.yaml, or its `simulators:` part.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="NAME", help="Only this upstream; repeat for each.")
    ] = None,
    speed: Annotated[float | None, typer.Option(min=0.001, help="20 is twenty times faster than the model.")] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed, other answers.")] = None,
    announce: Annotated[bool, typer.Option(help="Print the endpoints as one line of JSON, for programs.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Validate the configuration, find stubs that can never reply, and exit.")
    ] = False,
) -> None:
    """Serve the simulated upstreams until Ctrl-C, each in its native wire."""
    settings = configured(file, only, {"speed": speed, "seed": seed})
    if check:
        examine(file)
        typer.echo("The configuration of the simulators is valid.")
        return

    def ready(listening: Sequence[Endpoint]) -> None:
        line = endpoints.announced(listening)
        if announce:
            typer.echo(line)
        else:
            console_of().print(endpoint_table(endpoints.parse(line)))

    try:
        run(settings, on_ready=ready)
    except PortTaken as taken:
        raise FailureError(
            f"The {taken.strerror}. Choose another port in the configuration, or 0 for any that is free."
        ) from None


def configured(
    file: Path | None, only: Sequence[str] | None, changes: dict[str, float | int | None]
) -> SimulatorsConfig:
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
