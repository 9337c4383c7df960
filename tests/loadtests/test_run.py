"""Whole runs with Locust in its own process: few and short, since each start costs a second."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from novastack_loadtests.ledger import read
from novastack_loadtests.run import CrashedError, command, run
from novastack_loadtests.settings import Settings, UsageError

LOCUSTFILE = Path(__file__).parents[2] / "loadtests" / "locustfile.py"


def settings(lab: Any, **changes: Any) -> Any:
    fields = {"url": lab.url, "simulators": lab.simulators, "duration": 1.0, "rate": 60.0, "users": 30}
    return Settings(**{**fields, **changes})


def outcomes(report: Any) -> Any:
    # The schedule is the machine's business.
    return {row.name: row.verdict.outcome for row in report.rows if row.name != "schedule"}


def test_a_routing_run_passes_and_keeps_its_ledger(laboratory: Callable[..., Any], tmp_path: Path) -> None:
    """Streams and bodies, with the double ledger."""
    report = run(settings(laboratory(), scenario="routing"), tmp_path / "ledger")
    ledger = read(tmp_path / "ledger")
    assert {"PASS"} == set(outcomes(report).values())
    assert (60, 60, [tmp_path / "ledger"]) == (
        len(ledger.records),
        ledger.end.claimed if ledger.end else None,
        list(tmp_path.iterdir()),
    )
    # Sent, headers, first text and end come in this order: a stream is stamped while it arrives.
    for times in (record.times for record in ledger.records if record.call.stream):
        assert times.started <= times.first_byte <= times.first_text <= times.ended


@pytest.mark.slow
def test_a_limiter_that_admits_too_many_fails(laboratory: Callable[..., Any]) -> None:
    """Through Locust as through threads."""
    lab = laboratory(defect="over-admit", limit=20, window=1.0)
    report = run(settings(lab, scenario="ratelimit", window=1.0))
    assert ["envelope"] == [name for name, outcome in outcomes(report).items() if outcome == "FAIL"]


@pytest.mark.slow
def test_requests_still_open_at_the_end_leave_the_question_open(
    laboratory: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A gateway that never answers: the run ends all the same, and says what it does not know."""
    monkeypatch.setattr("novastack_loadtests.run.DRAIN", 1)
    report = run(
        settings(laboratory(defect="silent"), scenario="routing", duration=0.5, rate=10.0), tmp_path / "ledger"
    )
    assert ("INCONCLUSIVE", {"unfinished": 5}) == (outcomes(report)["conservation"], report.outcomes)


@pytest.mark.slow
def test_a_redirect_is_a_reply_and_not_followed(laboratory: Callable[..., Any]) -> None:
    """It would carry the key to a host that nobody allowed."""
    report = run(settings(laboratory(defect="redirect"), scenario="routing", duration=0.1, rate=20.0))
    assert ({"rejected": 2}, "2 rejected: status 307") == (report.outcomes, report.notes[0])


def test_a_host_that_was_not_allowed_gets_no_request() -> None:
    """The complaint comes before anything is sent."""
    with pytest.raises(UsageError, match=r"--allow-host gateway\.example"):
        run(Settings(scenario="routing", url="http://gateway.example"))


def test_a_ledger_that_cannot_be_written_is_a_usage_error(laboratory: Callable[..., Any], tmp_path: Path) -> None:
    """The path is a folder."""
    with pytest.raises(UsageError, match="the ledger cannot be written"):
        run(settings(laboratory(), scenario="routing"), tmp_path)


def test_a_locust_that_does_not_start_says_why(laboratory: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its last words are shown instead of an empty verdict."""
    monkeypatch.setattr("novastack_loadtests.run.HEADLESS", Path("no-such-locustfile.py"))
    with pytest.raises(CrashedError, match="no-such-locustfile"):
        run(settings(laboratory(), scenario="routing"))


def test_without_locust_one_line_says_what_to_install(
    laboratory: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra is optional."""
    monkeypatch.setattr("novastack_loadtests.run.find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"pip install 'novastack\[loadtests\]'"):
        run(settings(laboratory(), scenario="routing"))


def test_the_key_is_not_on_the_command_line(desk: Any) -> None:
    """Every process may read the arguments of every other."""
    assert not [word for word in command(desk.plan(scenario="routing")) if "sk-" in word or "key" in word]


@pytest.mark.slow
def test_locusts_own_command_line_refuses_a_foreign_host(tmp_path: Path) -> None:
    """The same safety as everywhere."""
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "locust",
            "-f",
            LOCUSTFILE,
            "--headless",
            "-t",
            "1s",
            "--host",
            "http://gateway.example",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (3, True) == (ended.returncode, "--allow-host gateway.example" in ended.stderr)


def test_locusts_own_command_line_ends_with_a_verdict(laboratory: Callable[..., Any], tmp_path: Path) -> None:
    """`locust -f loadtests/locustfile.py` judges as well, and its exit code is the verdict's."""
    lab = laboratory(defect="misroute")
    options = ["--headless", "-u", "20", "-r", "20", "-t", "2s", "--host", lab.url, "--rate", "150", "--only-summary"]
    ended = subprocess.run(
        [sys.executable, "-m", "locust", "-f", LOCUSTFILE, *options, "--simulators", *lab.simulators],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (1, True) == (ended.returncode, "FAIL (ledger and journals)" in ended.stdout), ended.stderr
