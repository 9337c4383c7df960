"""The locustfile of `novastack load`: the plan and the ledger come from the process that started this one.

Rule of this file: the key comes by environment, never by argument, since arguments are there for every process to see.
"""

import os
from pathlib import Path
from typing import Any

import msgspec
from locust import events

from novastack_loadtests.call import Plan
from novastack_loadtests.clock import anchored
from novastack_loadtests.crowd.session import Session
from novastack_loadtests.crowd.users import RateLimitUser, RoutingUser

__all__ = ["RateLimitUser", "RoutingUser"]


def start(environment: Any, **_: Any) -> None:
    """Opens the ledger that already holds the plan and the probe."""
    plan = msgspec.json.decode(os.environ["NOVASTACK_LOAD_PLAN"], type=Plan)
    path = Path(os.environ["NOVASTACK_LOAD_LEDGER"])
    environment.parsed_options.session = Session(plan, os.environ["NOVASTACK_API_KEY"], path, anchored())


def halt(environment: Any, **_: Any) -> None:
    """Lets nothing begin while Locust ends the users."""
    environment.parsed_options.session.halt()


def stop(environment: Any, **_: Any) -> None:
    """Writes the ledger's last line, which says that the run ended by itself."""
    environment.parsed_options.session.close()


events.test_start.add_listener(start)  # type: ignore[no-untyped-call]  # Locust leaves it untyped
events.test_stopping.add_listener(halt)  # type: ignore[no-untyped-call]  # Locust leaves it untyped
events.test_stop.add_listener(stop)  # type: ignore[no-untyped-call]  # Locust leaves it untyped
