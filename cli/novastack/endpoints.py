"""What `simulate` announces and `serve` stands behind: the simulated upstreams as one line of JSON."""

from collections.abc import Iterable
from typing import Any

import msgspec

from novastack.failure import USAGE, FailureError
from novastack_gateway.config import GatewayConfig, UpstreamConfig
from novastack_simulators.server import Endpoint


def announced(endpoints: Iterable[Endpoint]) -> str:
    """One line of JSON."""
    return msgspec.json.encode(list(endpoints)).decode()


def parse(text: str) -> tuple[Endpoint, ...]:
    """The endpoints of such a line.

    Raises FailureError.
    """
    try:
        return tuple(msgspec.json.decode(text, type=list[Endpoint]))
    except msgspec.DecodeError as error:
        raise FailureError(
            f"--endpoints: expected the line that `novastack simulate --announce` prints: {error}", status=USAGE
        ) from None


def in_front_of(config: GatewayConfig, endpoints: Iterable[Endpoint]) -> GatewayConfig:
    """The gateway's configuration with each endpoint as the upstream of its name.

    What the configuration knows of the name (aliases, prices) stays; the address, dialect and credential are the
    endpoint's.
    """
    known = {upstream.name: upstream for upstream in config.upstreams}
    upstreams = tuple(_upstream(endpoint, known.get(endpoint.name)) for endpoint in endpoints)
    return config.model_copy(update={"upstreams": upstreams})


def _upstream(endpoint: Endpoint, known: UpstreamConfig | None) -> UpstreamConfig:
    models: Any = known.models if known else [_model(model) for model in endpoint.models]
    return UpstreamConfig.model_validate(
        {
            "name": endpoint.name,
            "dialect": endpoint.dialect,
            "base_url": endpoint.base_url,
            "api_key": endpoint.api_key,
            "models": models,
        }
    )


def _model(name: str) -> dict[str, Any]:
    """A model of which nothing is known but its name: limits that do not limit."""
    return {"id": name, "context_window": 1_000_000, "max_output_tokens": 1_000_000}
