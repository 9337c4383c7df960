"""What few need is imported when it is first used, and what is not there is missed at once."""

import subprocess
import sys

import pytest

from novastack_simulators.lazily import lazily

# Each takes its time or its memory; none is needed to listen.
LATER = ("splintr", "jsonschema_rs.jsonschema_rs", "fastapi", "prometheus_client", "rich.console", "faker", "trustme")


def test_a_module_is_run_when_it_is_used() -> None:
    """Not before: in a process of its own, since here it may be loaded by now."""
    program = (
        "import sys\nfrom novastack_simulators.lazily import lazily\n"
        "module = lazily('colorsys')\nassert lazily('colorsys') is module\n"
        "print('ONE_THIRD' in object.__getattribute__(module, '__dict__'), module.ONE_THIRD > 0)"
    )
    assert "False True\n" == ran(program)


def test_what_is_not_there_is_missed_at_once() -> None:
    """As by an import."""
    with pytest.raises(ModuleNotFoundError, match="No module named 'nowhere'"):
        lazily("nowhere")


def test_who_starts_waits_for_nothing_that_few_need() -> None:
    """The command that serves is ready without them."""
    program = (
        "import sys, novastack.app, novastack.commands.simulate\n"
        "from novastack_simulators.config import SimulatorsConfig\n"
        f"SimulatorsConfig(); print([name for name in {LATER!r} if name in sys.modules])"
    )
    assert "[]\n" == ran(program)


def ran(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout
