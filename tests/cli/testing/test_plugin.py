"""The plugin in other people's pytest, in processes of its own."""

import pytest

pytest_plugins = ["pytester"]

SETTINGS = """
[tool.pytest]
strict = true
addopts = ["--import-mode=importlib", "-p", "no:cacheprovider"]
filterwarnings = ["error"]
"""
HEAVY = ("fastapi", "uvicorn", "pydantic", "httpx", "msgspec", "novastack_simulators", "novastack_gateway")
USES = """
import httpx


def ask(simulator, model=None):
    url, key = f"{simulator.base_url}/chat/completions", {"authorization": f"Bearer {simulator.api_key}"}
    body = {"model": model or simulator.model, "messages": [{"role": "user", "content": "hi"}]}
    return httpx.post(url, headers=key, json=body)
"""


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
