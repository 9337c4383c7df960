"""The reference gateway in front of the simulated upstreams of a test."""

import contextlib
from contextlib import AbstractContextManager
from typing import Self

from novastack import endpoints, standing
from novastack.testing import environment
from novastack.testing.fleet import Simulators
from novastack.testing.handle import Simulator
from novastack_gateway.config import GatewayConfig
from novastack_gateway.server import running_in_thread


class GatewayStack:
    """`base_url` and `api_key` are for SDKs; `simulators` are the upstreams behind, in the scope of the test."""

    def __init__(self, url: str, api_key: str, simulators: Simulators) -> None:
        self.url = url
        self.base_url = f"{url}/v1"
        self.api_key = api_key
        self.simulators = simulators
        self._variables = contextlib.ExitStack()

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the models to ask for, one of each upstream."""
        return tuple(simulator.model for simulator in self.simulators.values())

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that lead OpenAI's SDK here, for a process to be started."""
        return environment.variables("openai", self.base_url, self.api_key)

    def environment(self) -> Self:
        """Sets them in this process until the end of the test."""
        self._variables.enter_context(environment.put(self.variables))
        return self

    def close(self) -> None:
        self._variables.close()


def running(
    simulators: Simulators, config: GatewayConfig | None = None
) -> tuple[AbstractContextManager[str], GatewayStack]:
    """A gateway that has been started, to be ended by whoever started it, and what a test sees of it."""
    behind = [_announced(simulator) for simulator in simulators.values()]
    settings = config or GatewayConfig.model_validate({})
    settings = standing.in_front_of(settings.model_copy(update={"port": 0}), behind)
    gateway = running_in_thread(settings)
    return gateway, GatewayStack(gateway.__enter__(), settings.callers[0].key.get_secret_value(), simulators)


def _announced(simulator: Simulator) -> endpoints.Endpoint:
    """As `novastack simulate --announce` would; its key carries the scope."""
    fields = endpoints.Endpoint.__struct_fields__
    return endpoints.Endpoint(**{name: getattr(simulator, name) for name in fields})
