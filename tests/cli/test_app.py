"""The front door as a whole."""

import pytest
from typer.testing import CliRunner

from novastack import __version__
from novastack.app import app

RUNNER = CliRunner()
COMMANDS = ("demo", "up", "simulate", "serve", "explain", "check", "load", "record", "calibrate")


def test_the_version_is_that_of_the_distribution() -> None:
    """`--version` prints one line."""
    assert f"novastack {__version__}\n" == RUNNER.invoke(app, ["--version"]).output


def test_help_names_every_command() -> None:
    """All seven commands are found by reading the help."""
    output = RUNNER.invoke(app, ["--help"]).output
    assert [] == [name for name in COMMANDS if name not in output]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    """`--help` of a command ends well."""
    assert 0 == RUNNER.invoke(app, [name, "--help"]).exit_code


@pytest.mark.parametrize("arguments", [["nonsense"], ["serve", "--nonsense"], ["load", "nonsense"]])
def test_a_mistake_on_the_command_line_ends_with_3(arguments: list[str]) -> None:
    """2 means "could not judge" here."""
    assert 3 == RUNNER.invoke(app, arguments).exit_code
