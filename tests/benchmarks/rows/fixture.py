"""How soon the pytest plugin's `simulator` is ready: the setup times that pytest itself reports for a file of tests."""

import re
import sys
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.machine import UnavailableError, ran

PLUGIN: Final = "novastack.testing.plugin"
TESTS: Final = 8
TEST: Final = "def test_{number}(simulator):\n    assert simulator is not None\n\n\n"
SETUP: Final = re.compile(r"^ *([\d.]+)s setup +\S*::test_(\d+)$", re.MULTILINE)


def fixture_ready(folder: Path) -> tuple[float | None, str]:
    """The median setup of the tests after the first, and a remark; None where the plugin is not there or does not work."""
    if find_spec(PLUGIN) is None:
        return None, f"the pytest fixture was not measured: there is no {PLUGIN} yet"
    file = folder / "test_ready.py"
    file.write_text("".join(TEST.format(number=number) for number in range(TESTS)), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--rootdir", str(folder), "--durations=0", "-vv", str(file)]
    try:
        printed = ran(command, "the pytest fixture was not measured: its tests failed")
    except UnavailableError as why:
        return None, str(why)
    took = {int(number): float(seconds) for seconds, number in SETUP.findall(printed)}
    later = [seconds for number, seconds in took.items() if number]
    if len(later) != TESTS - 1:
        return None, "the pytest fixture was not measured: pytest did not report its setups"
    return median(later), f"pytest fixture: the first was ready after {took.get(0, 0.0):.2f} s"
