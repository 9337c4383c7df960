"""The plugin in other people's pytest, in processes of its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack.testing.plugin import scope_of
from novastack_simulators.scope import readable

pytest_plugins = ["pytester"]

SETTINGS = """
[tool.pytest]
strict = true
addopts = ["--import-mode=importlib", "-p", "no:cacheprovider", "-p", "novastack.testing.plugin"]
filterwarnings = ["error"]
"""
USES = """
import httpx


def ask(simulator, model=None):
    url, key = f"{simulator.base_url}/chat/completions", {"authorization": f"Bearer {simulator.api_key}"}
    body = {"model": model or simulator.model, "messages": [{"role": "user", "content": "hi"}]}
    return httpx.post(url, headers=key, json=body)
"""


@pytest.fixture(autouse=True)
def _lean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the plugins of others, which take longer to load than all that is tested here."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def run(pytester: pytest.Pytester, source: str, *options: str, settings: str = SETTINGS) -> pytest.RunResult:
    """Tests under strict settings, with every warning an error."""
    pytester.makepyprojecttoml(settings)
    pytester.makepyfile(USES + source)
    return pytester.runpytest_subprocess("-q", *options)


def test_a_failing_test_says_what_was_found_and_what_arrived(pytester: pytest.Pytester) -> None:
    """The simulator's own message at the line of the test, and the requests below; no line of ours between them."""
    source = """
def test_it(simulator):
    ask(simulator)
    simulator.journal.verify(path="/v1/chat/completions", model="another").exactly(2)
"""
    result = run(pytester, source)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            ">*simulator.journal.verify(path=*exactly(2)",
            'E *AssertionError: expected exactly 2 requests with *model "another", found none',
            "E *nearest:",
            "E *POST /v1/chat/completions 200*",
            'E *model: wanted "another", got "openai-generic"',
            "*Requests at openai-generic*",
            "#1 POST /v1/chat/completions 200, attempt 1, model openai-generic*",
        ]
    )
    assert "journal.py" not in result.stdout.str()


def test_what_is_wrong_in_a_test_is_told_in_a_sentence(pytester: pytest.Pytester) -> None:
    """A misspelt fault, an unknown profile, a marker with an unknown word, and a claim that claims nothing."""
    source = """
import pytest


def test_fault(simulator):
    simulator.fault(do="rts")


@pytest.mark.novastack("gpt-99")
def test_profile(simulator):
    pass


@pytest.mark.novastack(tempo=3)
def test_marker(simulator):
    pass


def test_silent(simulator):
    simulator.journal.verify(model="gpt-4o")
"""
    result = run(pytester, source)
    result.assert_outcomes(failed=1, passed=1, errors=3)
    result.stdout.fnmatch_lines_random(
        [
            "E *ControlError: faults?0?: unknown fault 'rts': known are status, *",
            "profile: unknown profile 'gpt-99': known are *",
            "expected novastack(profile, [*], speed), got ('tempo',)",
            "verify(model='gpt-4o') claims nothing: add .exactly(n), *",
        ]
    )
    assert [] == [name for name in ("contextlib.py", "laboratory.py", "plugin.py") if name in result.stdout.str()]


def test_who_asks_for_no_fixture_pays_for_none(pytester: pytest.Pytester) -> None:
    """The plugin is loaded and nothing that is slow to load comes with it; no thread is started."""
    pytester.makepyprojecttoml(SETTINGS)
    pytester.makepyfile("""
import sys
import threading


def test_it(pytestconfig):
    assert pytestconfig.pluginmanager.has_plugin("novastack.testing.plugin")
    slow = ("fastapi", "uvicorn", "pydantic", "httpx", "msgspec", "asyncio", "novastack_simulators")
    assert [] == [name for name in slow if name in sys.modules]
    assert 1 == threading.active_count()
""")
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_settings_marks_and_parameters(pytester: pytest.Pytester) -> None:
    """The nearest says most; each profile and each speed has a server of its own, which is started once."""
    settings = SETTINGS + 'novastack_profile = "deepseek-v4-pro"\nnovastack_speed = 500.0\n'
    source = """
import pytest

KNOWN = {}


def at(simulator):
    return KNOWN.setdefault((simulator.profile, simulator.base_url), len(KNOWN))


def test_by_the_settings(simulator):
    assert ("deepseek-v4-pro", 0) == (simulator.profile, at(simulator))


@pytest.mark.novastack(speed=400)
class TestMarked:
    def test_speed(self, simulator):
        assert ("deepseek-v4-pro", 1) == (simulator.profile, at(simulator))

    @pytest.mark.novastack("openai-generic")
    def test_both(self, simulator):
        assert ("openai-generic", 2) == (simulator.profile, at(simulator))

    @pytest.mark.parametrize("simulator", ["openai-generic", {"speed": 500}], indirect=True, ids=["profile", "speed"])
    def test_parameter(self, simulator):
        assert {"openai-generic": 2, "deepseek-v4-pro": 0}[simulator.profile] == at(simulator)
"""
    run(pytester, source, settings=settings).assert_outcomes(passed=5)


@given(st.text(), st.text())
def test_a_scope_is_a_name_that_the_simulator_takes(one: str, other: str) -> None:
    """Whatever a test is called; two tests never have the same, and a test has the same in every run."""
    assert readable(scope_of(one)) == scope_of(one)
    assert (one == other) == (scope_of(one) == scope_of(other))


def test_a_scope_tells_its_test() -> None:
    """It stands in the journal and in messages, so it begins with the name."""
    assert "test_it-a-b-" == scope_of("tests/test_a.py::TestIt::test_it[a b]")[:-8]


@pytest.mark.parametrize(("options", "found"), [((), True), (("-p", "no:novastack"), False)], ids=["with", "without"])
def test_it_comes_by_itself(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], found: bool
) -> None:
    """Installed is enough, and `-p no:novastack` takes all of it away."""
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    result = pytester.runpytest_subprocess("--fixtures", "-p", "no:cacheprovider", *options)
    assert found == ("The three simulated upstreams" in result.stdout.str())


def test_its_help(pytester: pytest.Pytester) -> None:
    """The settings, the marker and the fixtures are told with what they do."""
    pytester.makepyprojecttoml(SETTINGS)
    told = [pytester.runpytest_subprocess(option).stdout.str() for option in ("--help", "--markers", "--fixtures")]
    words = (
        "novastack_profile (string):",
        "@pytest.mark.novastack(profile, *, speed):",
        "The three simulated upstreams",
    )
    assert [True] * 3 == [word in text for word, text in zip(words, told, strict=True)]
