"""`novastack up`: the simulators and the gateway as two processes, and all that is needed to talk to them."""

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from novastack import config, endpoints, standing
from novastack.commands import serve, simulate
from novastack.endpoints import Endpoint
from novastack.failure import USAGE, FailureError
from novastack.processes import Child, Family, family
from novastack.tables import console_of, endpoint_table, gateway_table
from novastack_gateway.config import DEVELOPMENT_KEY, GatewayConfig


def up(
    *,
    file: Annotated[Path | None, typer.Option("--config", metavar="FILE", help="novastack.yaml.")] = None,
    speed: Annotated[float | None, typer.Option(min=0.001, help="20 is twenty times faster than the models.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="The gateway's port; 0 is any free one.")] = None,
) -> None:
    """Start the simulators and the gateway, print how to talk to them, and stop both on Ctrl-C."""
    settings = _validated(file, speed, port)
    signal.signal(signal.SIGTERM, _interrupt)
    console = console_of()
    try:
        with family(quiet=False) as children:
            url, listening = start(children, file=file, speed=speed, port=port)
            served = settings if _names_upstreams(file) else standing.in_front_of(settings, listening)
            console.print(endpoint_table(listening))
            console.print(gateway_table(url, _models(served), _key(served)))
            console.print(_snippet(url, _key(served), _example(served)), soft_wrap=True, markup=False)
            console.print("Ctrl-C stops both.", style="dim")
            raise FailureError(_first_to_end(children).obituary())
    except KeyboardInterrupt:
        console.print("Stopped.")


def _validated(file: Path | None, speed: float | None, port: int | None) -> GatewayConfig:
    """Both parts of the file, so that all mistakes are told at once, and by this process.

    Raises FailureError.
    """
    mistakes: list[str] = []
    for validate in (
        lambda: simulate.configured(file, None, {"speed": speed}),
        lambda: serve.configured(file, None, port),
    ):
        try:
            validate()
        except FailureError as failure:
            mistakes += str(failure).splitlines()
    if mistakes:
        raise FailureError("\n".join(dict.fromkeys(mistakes)), status=USAGE)
    return serve.configured(file, None, port)


def start(
    children: Family, *, file: Path | None, speed: float | None, port: int | None
) -> tuple[str, tuple[Endpoint, ...]]:
    """Both programs, the gateway in front of the simulators; the gateway's URL and the simulators' endpoints.

    Raises FailureError.
    """
    told = ["--config", str(file)] if file else []
    faster = ["--speed", str(speed)] if speed else []
    listening = endpoints.parse(children.start("simulate", "simulate", "--announce", *told, *faster).ready())
    chosen = ["--port", str(port)] if port is not None else []
    # A file may name upstreams of its own; without one the gateway stands in front of what was just started.
    behind = [] if _names_upstreams(file) else ["--endpoints", endpoints.announced(listening)]
    gateway = children.start("serve", "serve", "--announce", *told, *chosen, *behind)
    return gateway.ready(), listening


def _names_upstreams(file: Path | None) -> bool:
    return "upstreams" in config.load(file, "gateway", GatewayConfig).model_fields_set


def _first_to_end(children: Family) -> Child:
    """Wait in a thread: the main thread must stay free to hear Ctrl-C."""
    ended: list[Child] = []
    waiter = threading.Thread(target=lambda: ended.append(children.first_to_end()), daemon=True)
    waiter.start()
    while waiter.is_alive():
        waiter.join(timeout=0.5)
    return ended[0]


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


def _key(settings: GatewayConfig) -> str:
    """The development key may be shown; a key of the user's own may not."""
    keys = [caller.key.get_secret_value() for caller in settings.callers]
    return DEVELOPMENT_KEY if DEVELOPMENT_KEY in keys else "(from your configuration)"


def _models(settings: GatewayConfig) -> list[str]:
    return [model.id for upstream in settings.upstreams for model in upstream.models]


def _example(settings: GatewayConfig) -> str:
    """A model to ask, by the name that people use."""
    model = settings.upstreams[-1].models[0]
    return next(iter(model.aliases), model.id)


def _snippet(url: str, key: str, model: str) -> str:
    shown = key if key == DEVELOPMENT_KEY else "$KEY"
    return (
        f"curl {url}/v1/chat/completions \\\n"
        f"  -H 'Authorization: Bearer {shown}' -H 'Content-Type: application/json' \\\n"
        f"""  -d '{{"model": "{model}", "messages": [{{"role": "user", "content": "Hello"}}]}}'"""
    )
