"""`novastack load`: options, exit codes and messages. What a run does is tested with the load tests."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from novastack.commands import load
from novastack_loadtests.call import Plan
from novastack_loadtests.judge import Report
from novastack_loadtests.run import CrashedError
from novastack_loadtests.settings import Settings, UsageError

URL = "http://127.0.0.1:1"


def report(outcome: Any) -> Report:
    plan = Plan(run="r", scenario="routing", target=URL, rate=1.0, duration=1.0, users=1, stream_share=0.0)
    return Report(
        outcome=outcome, plan=plan, summary="s", basis="ledger only", notes=(), rows=(), outcomes={}, latency={}
    )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """Replaces the run by one that passes, and collects what it was asked."""
    seen: list[Settings] = []

    def run(settings: Settings, _ledger: Any) -> Report:
        seen.append(settings)
        return report("PASS")

    monkeypatch.setattr(load, "run", run)
    return seen


def invoke(*words: str) -> Any:
    return CliRunner().invoke(load.load, list(words))


def test_options_reach_the_run(asked: list[Settings]) -> None:
    """Each option has its setting."""
    words = "--rate 7 --users 3 --duration 2 --stream-share 0.5 --seed 9 --limit 60 --window 5 --allow-host a"
    result = invoke("ratelimit", URL, *words.split(), "--simulators", "http://localhost:1", "--api-key", "k")
    expected = Settings(
        scenario="ratelimit",
        url=URL,
        api_key="k",
        simulators=("http://localhost:1",),
        duration=2.0,
        rate=7.0,
        users=3,
        stream_share=0.5,
        seed=9,
        limit=60,
        window=5.0,
        allow_hosts=("a",),
    )
    assert (0, [expected]) == (result.exit_code, asked)


def test_defaults_are_the_settings_own(asked: list[Settings], monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line adds none of its own."""
    monkeypatch.delenv("NOVASTACK_API_KEY", raising=False)
    invoke("routing", URL)
    assert [Settings(scenario="routing", url=URL)] == asked


def test_the_key_may_come_from_the_environment(asked: list[Settings], monkeypatch: pytest.MonkeyPatch) -> None:
    """So it stays out of the shell's history."""
    monkeypatch.setenv("NOVASTACK_API_KEY", "sk-mine")
    invoke("routing", URL)
    assert ["sk-mine"] == [settings.api_key for settings in asked]


def test_reports_are_written(asked: list[Settings], tmp_path: Any) -> None:
    """As JSON and as JUnit."""
    invoke("routing", URL, "--json", f"{tmp_path}/a.json", "--junit", f"{tmp_path}/b.xml")
    assert "PASS" == json.loads((tmp_path / "a.json").read_text())["outcome"]
    assert "<testsuite" in (tmp_path / "b.xml").read_text()


def test_a_folder_that_is_missing_is_said_before_the_run(asked: list[Settings], tmp_path: Any) -> None:
    """Not after ten seconds of load."""
    result = invoke("routing", URL, "--json", f"{tmp_path}/no/a.json")
    assert (3, [], True) == (result.exit_code, asked, "there is no such folder" in result.stderr)


@pytest.mark.parametrize(("outcome", "code"), [("PASS", 0), ("FAIL", 1), ("INCONCLUSIVE", 2)])
def test_the_exit_code_is_the_verdict(monkeypatch: pytest.MonkeyPatch, outcome: str, code: int) -> None:
    """For CI."""
    monkeypatch.setattr(load, "run", lambda *_: report(outcome))
    assert code == invoke("routing", URL).exit_code


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (UsageError("pip install 'novastack[loadtests]'"), 3, "novastack[loadtests]"),
        (CrashedError("last words"), 2, "last words"),
        (KeyboardInterrupt(), 2, "Interrupted"),
    ],
)
def test_what_went_wrong_is_one_line_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, message: str
) -> None:
    """On standard error."""

    def run(*_: Any) -> Report:
        raise error

    monkeypatch.setattr(load, "run", run)
    result = invoke("routing", URL)
    assert (code, True) == (result.exit_code, message in result.stderr)
    assert "Traceback" not in result.output


@pytest.mark.parametrize("words", [("nope", URL), ("routing",), ("routing", URL, "--rate", "x"), ("routing", "--x")])
def test_a_mistake_on_the_command_line_is_3(words: tuple[str, ...]) -> None:
    """The usual 2 would look like INCONCLUSIVE."""
    assert 3 == invoke(*words).exit_code


def test_a_real_mistake_passes_through_the_real_run() -> None:
    """Nothing is replaced here: a host that may cost money is refused."""
    result = invoke("routing", "https://gateway.example")
    assert (3, True) == (result.exit_code, "--allow-host gateway.example" in result.stderr)
