"""The page about the plugin is true: its snippets run as printed, and nothing that a test may use is missing."""

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from novastack import testing
from novastack.testing import plugin, words

pytest_plugins = ["pytester"]

PAGE = (Path(__file__).parents[3] / "docs" / "pytest.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
TESTS = [block for block in BLOCKS if "def test_" in block]
FIXTURES = ("simulator", "simulators", "gateway_stack", "novastack_laboratory")
SETTINGS = """
[tool.pytest]
strict = true
addopts = ["-p", "no:cacheprovider", "-p", "novastack.testing.plugin"]
filterwarnings = ["error"]
"""


def untold(names: Iterable[str]) -> list[str]:
    """Those that do not stand in code anywhere on the page."""
    return [name for name in names if not name.startswith("_") and not re.search(rf"`[^`\n]*\b{name}\b", PAGE)]


def test_the_snippets(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first fails as is told and passes once its mistake is mended; all others pass."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyprojecttoml(SETTINGS)
    first, *others = TESTS
    mended = first.replace("max_retries=0", "max_retries=2")
    assert first != mended
    files = {f"test_{number}": text for number, text in enumerate((first, mended, *others))}
    pytester.makepyfile(**files)
    result = pytester.runpytest_subprocess("-q")
    result.assert_outcomes(failed=1, passed=6)
    result.stdout.fnmatch_lines(["E *openai.InternalServerError: Error code: 503*", "FAILED test_0.py::*"])


def test_the_snippet_without_pytest() -> None:
    """It prints an address and a key."""
    (text,) = (block for block in BLOCKS if block not in TESTS)
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=60, check=False)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1 sk-sim-openai-generic\n", done.stdout), done.stderr


@pytest.mark.parametrize("owner", ["Simulator", "Simulators", "GatewayStack", "Journal", "Verification"])
def test_everything_a_test_may_use_is_told(owner: str) -> None:
    """Each method and attribute; what only the plugin calls is no test's business."""
    assert [] == untold(name for name in vars(getattr(testing, owner)) if name != "close")


def test_every_attribute_is_told(gateway_stack: testing.GatewayStack) -> None:
    """Those of a simulator and of a stack."""
    assert [] == untold([*vars(gateway_stack), *vars(gateway_stack.simulators["deepseek-v4-pro"])])


def test_every_fixture_setting_and_word_is_told() -> None:
    """By its name."""
    assert all(hasattr(plugin, name) for name in FIXTURES)
    named = [*FIXTURES, "novastack_profile", "novastack_speed", *testing.__all__]
    named += [*words.Query.__annotations__, *words.Reply.__annotations__, *words.Failure.__annotations__]
    assert [] == untold(named)


def test_the_way_to_a_first_test_is_short() -> None:
    """Twenty lines from the installation on."""
    start, end = PAGE.index("pip install"), PAGE.index("`pytest` fails")
    assert sum(1 for line in PAGE[start:end].splitlines() if line.strip()) <= 20
