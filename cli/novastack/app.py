"""The command line, put together: one typer application."""

from typing import Annotated

import typer

from novastack import __version__
from novastack.commands.check import check
from novastack.commands.demo import demo
from novastack.commands.explain import explain
from novastack.commands.load import load_app
from novastack.commands.serve import serve
from novastack.commands.simulate import simulate
from novastack.commands.up import up
from novastack.usage import Command, Group

app = typer.Typer(
    cls=Group,
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


for _function in (demo, up, simulate, serve, explain, check):
    app.command(_function.__name__, cls=Command)(_function)
app.add_typer(load_app, name="load")


def main() -> None:
    """Entry point of the console script."""
    app()
