"""Locust's own command line and web page over our scenarios: options, one scenario at a time, a verdict at the end.

Rule of this file: what Locust offers is left to Locust; we add the plan before the run and the verdict after it.
"""

import logging
from argparse import Namespace
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

import gevent  # type: ignore[import-untyped]  # gevent ships no types
import msgspec
from locust import events
from locust.runners import LocalRunner
from rich.console import Console

from novastack_loadtests.clock import anchored
from novastack_loadtests.control import fetch
from novastack_loadtests.crowd.session import Session
from novastack_loadtests.evidence import gather
from novastack_loadtests.journals import since
from novastack_loadtests.judge import judge
from novastack_loadtests.ledger import read
from novastack_loadtests.planning import plan as planned
from novastack_loadtests.planning import told
from novastack_loadtests.probe import probe
from novastack_loadtests.reports.terminal import show
from novastack_loadtests.scenarios import SCENARIOS
from novastack_loadtests.settings import DEVELOPMENT_KEY, SIMULATORS, Settings, UsageError, check

#: Seconds of a run that is stopped by hand, for choosing a rate only.
USUAL: Final = 60.0

#: Seconds that replies in flight get when a run is stopped; Locust's own default is none.
DRAIN: Final = 30.0

log = logging.getLogger(__name__)


def options(parser: Any, **_: Any) -> None:
    """Our options, beside Locust's own; they are fields of the web page's form as well, except the key."""
    add = parser.add_argument
    add("--api-key", env_var="NOVASTACK_API_KEY", default=DEVELOPMENT_KEY, include_in_web_ui=False, help="gateway key")
    add("--simulators", nargs="*", default=list(SIMULATORS), include_in_web_ui=False, help="where the journals are")
    add("--allow-host", action="append", default=[], include_in_web_ui=False, help="a host other than this machine")
    add("--rate", type=float, default=0.0, help="requests per second; 0: the scenario's own")
    add("--stream-share", type=float, default=-1.0, help="share of streams, 0 to 1; below 0: the scenario's own")
    add("--seed", type=int, default=1, help="the same seed sends the same requests")
    add("--ledger", default="ledger.ndjson", include_in_web_ui=False, help="file that the run is written to")


def prepare(environment: Any, **_: Any) -> None:
    """Refuses what cannot be judged yet, and lets replies in flight end."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # gevent counts timers from the loop's last turn, which was before all the imports: without this, Locust's own
    # --run-time is short by as long as they took (2 s became 0.1 s on a busy machine).
    gevent.get_hub().loop.update_now()
    if not isinstance(environment.runner, LocalRunner):
        log.error("One process only: the ledgers of several workers are not brought together yet.")
        environment.process_exit_code = 3
        environment.runner.quit()
    environment.stop_timeout = environment.stop_timeout or DRAIN


def start(environment: Any, **_: Any) -> None:
    """Checks the options, probes, reads the journals and opens the ledger."""
    asked: Namespace = environment.parsed_options
    asked.session = None
    # Locust lists classes by name; ours have an order, and two at once would spend one key's limit together.
    order = list(SCENARIOS)
    environment.user_classes = sorted(environment.user_classes, key=lambda user: order.index(user.scenario))[:1]
    try:
        settings = _settings(environment.user_classes[0].scenario, environment.host, asked)
        check(settings)
    except UsageError as error:
        log.error("%s", error)  # noqa: TRY400 - the message is for the user, the traceback is not
        environment.process_exit_code = 3
        environment.runner.quit()
        return
    log.info("Scenario %s: name another user class to run another one.", settings.scenario)
    asked.session, asked.before = _open(settings, environment, Path(asked.ledger))


def _settings(scenario: str, host: str | None, asked: Namespace) -> Settings:
    return Settings(
        scenario=scenario,
        url=host or "",
        api_key=asked.api_key,
        simulators=tuple(asked.simulators),
        duration=float(asked.run_time or USUAL),
        rate=asked.rate or None,
        stream_share=None if asked.stream_share < 0 else asked.stream_share,
        seed=asked.seed,
        allow_hosts=tuple(asked.allow_host),
    )


def _open(settings: Settings, environment: Any, path: Path) -> tuple[Session, Any]:
    name, now = token_hex(4), anchored()
    first = planned(settings, name)
    record = probe(first, settings.api_key, now) if SCENARIOS[first.scenario].probes else None
    plan = planned(settings, name, told(record))
    # Locust decides how long and how many, by the command line or by the page.
    plan = msgspec.structs.replace(plan, duration=None, users=environment.runner.target_user_count or 1)
    path.unlink(missing_ok=True)
    session = Session(plan, settings.api_key, path, now)
    session.write(plan)
    if record:
        session.write(record)
    return session, [fetch(url, limit=1) for url in settings.simulators]


def halt(environment: Any, **_: Any) -> None:
    """Lets nothing begin while Locust ends the users."""
    if environment.parsed_options.session is not None:
        environment.parsed_options.session.halt()


def stop(environment: Any, **_: Any) -> None:
    """Closes the ledger, joins the journals, prints the verdict. Headless, its exit code becomes Locust's."""
    asked: Namespace = environment.parsed_options
    if asked.session is None:
        return
    asked.session.close()
    after = [fetch(url) for url in asked.simulators]
    report = judge(gather(read(Path(asked.ledger)), map(since, asked.before, after)))
    show(report, Console())
    if asked.headless:
        environment.process_exit_code = report.exit_code


def install() -> None:
    """Hooks all of this into Locust; the locustfile calls it once."""
    setup = ((events.init_command_line_parser, options), (events.init, prepare), (events.test_start, start))
    for event, listener in (*setup, (events.test_stopping, halt), (events.test_stop, stop)):
        event.add_listener(listener)  # type: ignore[no-untyped-call]  # Locust leaves it untyped
