"""The servers behind the tests: each starts when it is first asked for, in a thread of this process, and all end together.

A server is shared by all tests of the process; what keeps them apart is the scope, which their key carries.
"""

import contextlib
import re
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from pydantic import ValidationError

from novastack.testing.control import client
from novastack.testing.fleet import Simulators
from novastack.testing.handle import Simulator
from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.scope import MARK
from novastack_simulators.server import Endpoint, running_in_thread

if TYPE_CHECKING:
    from novastack.testing.stack import GatewayStack
    from novastack_gateway.config import GatewayConfig

PROFILE: Final = "openai-generic"
SPEED: Final = 1000.0
"""A thousand times faster than the models, so that no test waits for them."""
FLEET: Final = tuple(upstream.profile for upstream in SimulatorsConfig().upstreams)
# Who leaves a stream open does not hold up the end.
GRACE: Final = 0.1
_ODD: Final = re.compile(r"[^A-Za-z0-9._-]+")


class Laboratory:
    """Servers by what they simulate and how fast."""

    def __init__(self) -> None:
        self._closing = contextlib.ExitStack()
        self._http = self._closing.enter_context(client())
        self._servers: dict[tuple[Sequence[str], float], tuple[Endpoint, ...]] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    @contextlib.contextmanager
    def simulator(self, profile: str = PROFILE, *, speed: float = SPEED, scope: str = "") -> Iterator[Simulator]:
        """One upstream: a profile by its name, or the path of a file. Raises ValueError for one that there is not."""
        with self._opened((profile,), speed, scope) as simulators:
            yield next(iter(simulators.values()))

    @contextlib.contextmanager
    def simulators(
        self, profiles: Sequence[str] = FLEET, *, speed: float = SPEED, scope: str = ""
    ) -> Iterator[Simulators]:
        """Several upstreams, of the usual three if no others are named."""
        with self._opened(tuple(profiles), speed, scope) as simulators:
            yield simulators

    @contextlib.contextmanager
    def gateway_stack(self, simulators: Simulators, config: "GatewayConfig | None" = None) -> "Iterator[GatewayStack]":
        """A gateway of its own for each test, since the key that it has for its upstreams carries the scope."""
        from novastack.testing.stack import running  # noqa: PLC0415 - whoever wants no gateway does not wait for it

        gateway, stack = running(simulators, config)
        try:
            yield stack
        finally:
            stack.close()
            self._later(gateway)

    @contextlib.contextmanager
    def _opened(self, profiles: Sequence[str], speed: float, scope: str) -> Iterator[Simulators]:
        found = self._endpoints(profiles, speed)
        simulators = Simulators(Simulator(_scoped(each, scope), self._http, scope) for each in found)
        with contextlib.ExitStack() as closing:
            for simulator in simulators.values():
                closing.callback(simulator.close)
            yield simulators
            for simulator in simulators.values():
                simulator.journal.settle()

    def _endpoints(self, profiles: Sequence[str], speed: float) -> tuple[Endpoint, ...]:
        with self._lock:
            known = self._servers.get((profiles, speed))
            if known is None:
                started = self._closing.enter_context(running_in_thread(_config(profiles, speed)))
                known = self._servers[(profiles, speed)] = started
            return known

    def _later(self, gateway: contextlib.AbstractContextManager[str]) -> None:
        """A gateway takes a fifth of a second to stop (uvicorn looks ten times a second): the next test does not wait."""
        ending = threading.Thread(target=gateway.__exit__, args=(None, None, None), name="novastack-ending")
        ending.start()
        self._closing.callback(ending.join)


def _config(profiles: Sequence[str], speed: float) -> SimulatorsConfig:
    try:
        upstreams = tuple(_upstream(profile) for profile in profiles)
        return SimulatorsConfig(speed=speed, grace=GRACE, upstreams=upstreams)
    except ValidationError as error:
        told = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise ValueError("; ".join(told).replace("Value error, ", "")) from None


def _upstream(profile: str) -> UpstreamConfig:
    """Named after its profile, a file without folder and ending."""
    name = _ODD.sub("-", Path(profile).stem if profile.endswith((".yaml", ".yml")) else profile).strip("-")
    return UpstreamConfig(name=name, profile=profile, api_keys=(f"sk-sim-{name}",))


def _scoped(endpoint: Endpoint, scope: str) -> Endpoint:
    return endpoint._replace(api_key=f"{endpoint.api_key}{MARK}{scope}") if scope else endpoint


@contextlib.contextmanager
def simulator(profile: str = PROFILE, *, speed: float = SPEED, scope: str = "") -> Iterator[Simulator]:
    """One upstream with a server of its own, without pytest. Works in async code too: the server has its own thread."""
    with Laboratory() as laboratory, laboratory.simulator(profile, speed=speed, scope=scope) as found:
        yield found


@contextlib.contextmanager
def simulators(profiles: Sequence[str] = FLEET, *, speed: float = SPEED, scope: str = "") -> Iterator[Simulators]:
    """Several upstreams with a server of their own."""
    with Laboratory() as laboratory, laboratory.simulators(profiles, speed=speed, scope=scope) as found:
        yield found


@contextlib.contextmanager
def gateway_stack(
    config: "GatewayConfig | None" = None, *, speed: float = SPEED, scope: str = ""
) -> "Iterator[GatewayStack]":
    """The reference gateway in front of the usual three."""
    with (
        Laboratory() as laboratory,
        laboratory.simulators(speed=speed, scope=scope) as found,
        laboratory.gateway_stack(found, config) as stack,
    ):
        yield stack
