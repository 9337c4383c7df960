"""`novastack demo`: all of it holds, in time."""

import subprocess
from collections.abc import Callable

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.slow
def test_the_whole_demonstration_holds(novastack: Run) -> None:
    """Every step holds, and the last line says so."""
    result = novastack("demo")
    assert "12 of 12 held" in result.stdout, result.stdout + result.stderr
    assert 0 == result.returncode
