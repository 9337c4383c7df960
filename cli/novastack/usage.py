"""Exit statuses, the same for every command: a mistake on the command line is 3, never 2.

2 is click's own word for it, and ours for "could not judge".
"""

from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from novastack.failure import USAGE, FailureError


class Command(TyperCommand):
    """A command whose foreseen failures are one line on standard error."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        return _as_usage(super().make_context, *args, **kwargs)

    def invoke(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().invoke(*args, **kwargs)
        except FailureError as failure:
            typer.echo(str(failure), err=True)
            raise typer.Exit(failure.status) from None


class Group(TyperGroup):
    """The same for the names of commands."""

    def resolve_command(self, *args: Any, **kwargs: Any) -> Any:
        return _as_usage(super().resolve_command, *args, **kwargs)


def _as_usage(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    try:
        return call(*args, **kwargs)
    except Exception as error:
        # Typer brings a click of its own: a usage error is known by the exit code that it carries.
        if getattr(error, "exit_code", None) == 2:
            error.exit_code = USAGE  # type: ignore[attr-defined]  # as just seen, it has one
        raise
