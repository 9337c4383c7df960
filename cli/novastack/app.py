"""The command line, put together. A command's module is imported when the command is asked for, not before:
`novastack serve` should not wait for the load tests.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.main import get_command

from novastack import __version__
from novastack.usage import Command, Group

COMMANDS: Final[Mapping[str, str]] = {
    "demo": "novastack.commands.demo",
    "up": "novastack.commands.up",
    "simulate": "novastack.commands.simulate",
    "record": "novastack.commands.record",
    "serve": "novastack.commands.serve",
    "explain": "novastack.commands.explain",
    "check": "novastack.commands.check",
    "load": "novastack.commands.load",
    "calibrate": "novastack.commands.calibrate",
}
"""Each command's module; it holds a function, or a typer application, of the command's name."""


class Commands(Group):
    """The commands by name, each built when it is looked up."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is click's
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the signature is click's
        module = COMMANDS.get(cmd_name)
        return None if module is None else built(cmd_name, getattr(import_module(module), cmd_name))


def built(name: str, command: Any) -> Any:
    if not isinstance(command, typer.Typer):
        function, command = command, typer.Typer(add_completion=False)
        command.command(name, cls=Command)(function)
    ready = get_command(command)
    ready.name = name
    return ready


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The laboratory for LLM gateways: simulate the upstreams, serve the gateway, check it, load it.",
)


def _version(asked: bool) -> None:  # typer calls it with the option's value
    if asked:
        typer.echo(f"novastack {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    """The front door itself does nothing."""


def main() -> None:
    """Entry point of the console script."""
    app()
