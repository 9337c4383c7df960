"""The gateway in front of what `simulate` announced."""

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from novastack.endpoints import Endpoint
from novastack.failure import USAGE, FailureError
from novastack_gateway.config import GatewayConfig, UpstreamConfig


def in_front_of(config: GatewayConfig, endpoints: Iterable[Endpoint]) -> GatewayConfig:
    """The gateway's configuration with each endpoint as the upstream of its name.

    What the configuration knows of the name (aliases, prices) stays; the address, dialect and credential are the
    endpoint's.

    Raises FailureError for what no gateway can stand in front of.
    """
    known = {upstream.name: upstream for upstream in config.upstreams}
    try:
        upstreams = tuple(_upstream(endpoint, known.get(endpoint.name)) for endpoint in endpoints)
    except ValidationError as error:
        mistakes = [f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors()]
        raise FailureError("--endpoints: " + "; ".join(mistakes), status=USAGE) from None
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
