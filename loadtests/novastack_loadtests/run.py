"""A whole run: probe, journals, Locust in a process of its own, journals again, report.

Rule of this file: Locust's exit code decides nothing; the ledger does. The child is ended by its process id, whatever
happens here, and its time is bounded.
"""

import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import IO, Final

import msgspec

from novastack_loadtests.call import Plan
from novastack_loadtests.clock import anchored
from novastack_loadtests.control import fetch
from novastack_loadtests.evidence import gather
from novastack_loadtests.journals import since
from novastack_loadtests.judge import Report, judge
from novastack_loadtests.ledger import Ledger, Line, encode, read
from novastack_loadtests.planning import plan as planned
from novastack_loadtests.planning import told
from novastack_loadtests.probe import probe
from novastack_loadtests.scenarios import SCENARIOS
from novastack_loadtests.settings import Settings, UsageError, check

#: Scenario to the Locust user that plays it.
USERS: Final = {"routing": "RoutingUser", "ratelimit": "RateLimitUser"}

#: Seconds after the last call is due in which replies may still end; then they are recorded as unfinished.
DRAIN: Final = 30

#: Seconds for Locust to start, and to end after the drain.
MARGIN: Final = 30

HEADLESS: Final = Path(__file__).parent / "crowd" / "headless.py"


class CrashedError(RuntimeError):
    """Locust ended without a run; the message carries its last words."""


def run(settings: Settings, ledger: Path | None = None) -> Report:
    """Runs and judges. Keeps the ledger at the path, if one is given.

    Raises UsageError when the run may not or cannot start, and CrashedError when Locust did not run.
    """
    check(settings)
    if find_spec("locust") is None:
        raise UsageError("load tests need Locust: pip install 'novastack[loadtests]'")
    with TemporaryDirectory(prefix="novastack-load-") as folder:
        path = ledger or Path(folder) / "ledger.ndjson"
        before = [fetch(url, limit=1) for url in settings.simulators]
        _play(_open(settings, path), settings.api_key, path, Path(folder) / "locust.log")
        after = [fetch(url) for url in settings.simulators]
        return judge(gather(read(path), map(since, before, after)))


def _open(settings: Settings, path: Path) -> Plan:
    """Probes if the scenario needs it, and begins the ledger with the plan."""
    name = token_hex(4)
    first = planned(settings, name)
    record = probe(first, settings.api_key, anchored()) if SCENARIOS[first.scenario].probes else None
    plan = planned(settings, name, told(record))
    lines: list[Line] = [plan, *([record] if record else [])]
    try:
        path.write_bytes(b"".join(map(encode, lines)))
    except OSError as error:
        raise UsageError(f"the ledger cannot be written to {path}: {error.strerror}") from error
    return plan


def command(plan: Plan) -> list[str]:
    """The Locust command line. Its run time is only a backstop: the users quit when the plan is over."""
    bound = ceil(plan.duration or 0) + DRAIN
    options = ["--headless", "--only-summary", "--loglevel", "WARNING", "--stop-timeout", "1"]
    crowd = ["--users", str(plan.users), "--spawn-rate", str(plan.users), "--run-time", f"{bound}s"]
    return [
        *(sys.executable, "-m", "locust", "-f", str(HEADLESS), "--host", plan.target),
        *(*options, *crowd, USERS[plan.scenario]),
    ]


def _play(plan: Plan, api_key: str, path: Path, words: Path) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LOCUST_")},
        "NOVASTACK_LOAD_PLAN": msgspec.json.encode(plan).decode(),
        "NOVASTACK_LOAD_LEDGER": str(path),
        "NOVASTACK_API_KEY": api_key,
    }
    with words.open("w+b") as log:
        # A session of its own: Ctrl-C comes to us alone, and we end the child in order.
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and our own arguments
            command(plan), env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
        )
        try:
            child.wait(timeout=ceil(plan.duration or 0) + DRAIN + MARGIN)
        except subprocess.TimeoutExpired:
            pass  # Ended below; a ledger without its last line is judged as cut off.
        finally:
            _end(child)
        _survived(read(path), log)


def _end(child: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if child.poll() is None:
            child.send_signal(sign)
            try:
                child.wait(timeout=5)
            except subprocess.TimeoutExpired:
                continue


def _survived(ledger: Ledger, log: IO[bytes]) -> None:
    if ledger.records or ledger.end:
        return
    log.seek(0)
    raise CrashedError("Locust sent nothing. Its last words:\n" + log.read()[-2000:].decode(errors="replace"))
