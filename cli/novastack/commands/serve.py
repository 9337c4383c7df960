"""`novastack serve`: the reference gateway."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from novastack import config, endpoints, standing
from novastack.failure import USAGE, FailureError
from novastack_gateway.config import GatewayConfig
from novastack_gateway.server import PortTaken, run


def serve(
    *,
    file: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="novastack.yaml, or its `gateway:` part.")
    ] = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0 is any free port.")] = None,
    simulated: Annotated[
        str | None,
        typer.Option("--endpoints", metavar="JSON", help="Stand in front of what `simulate --announce` printed."),
    ] = None,
    announce: Annotated[bool, typer.Option(help="Print nothing but the base URL, for programs.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Validate the configuration and exit.")] = False,
) -> None:
    """Serve the gateway until Ctrl-C; one JSON line per request on standard error."""
    settings = configured(file, host, port)
    if simulated is not None:
        settings = standing.in_front_of(settings, endpoints.parse(simulated))
    if check:
        typer.echo("The configuration of the gateway is valid.")
        return
    try:
        run(settings, on_ready=lambda url: typer.echo(url if announce else f"The gateway listens on {url}"))
    except PortTaken as taken:
        raise FailureError(f"{taken.strerror} Choose another one with --port, or 0 for any that is free.") from None


def configured(file: Path | None, host: str | None = None, port: int | None = None) -> GatewayConfig:
    """The gateway's configuration, as the options change it.

    Raises FailureError.
    """
    settings = config.load(file, "gateway", GatewayConfig)
    changes = {name: value for name, value in {"host": host, "port": port}.items() if value is not None}
    try:
        # Validated again: what is safe on loopback may not be on the new address.
        return GatewayConfig.model_validate({**dict(settings), **changes})
    except ValidationError as error:
        text = "; ".join(found["msg"].removeprefix("Value error, ") for found in error.errors())
        raise FailureError(text, status=USAGE) from None
