"""The models that callers may use, as `GET /v1/models` shows them: OpenAI's four fields, and what ours adds."""

from typing import Any, Final

from novastack_gateway.config import GatewayConfig, ModelConfig, UpstreamConfig
from novastack_gateway.routing import Table

CREATED: Final = 1_767_225_600
"""2026-01-01: OpenAI's schema requires a time, and no upstream tells one for all its models."""


class Catalog:
    """Every configured model by its id."""

    def __init__(self, config: GatewayConfig, table: Table) -> None:
        self._table = table
        self._models = {model.id: _entry(model, upstream) for upstream in config.upstreams for model in upstream.models}

    def all(self) -> dict[str, Any]:
        return {"object": "list", "data": list(self._models.values())}

    def one(self, name: str) -> dict[str, Any]:
        """The model that a name or alias means.

        Raises Problem 404.
        """
        _, model = self._table.resolve(name)
        return self._models[model]


def _entry(model: ModelConfig, upstream: UpstreamConfig) -> dict[str, Any]:
    return {
        "id": model.id,
        "object": "model",
        "created": CREATED,
        "owned_by": upstream.name,
        "upstream": upstream.name,
        "aliases": list(model.aliases),
        "context_window": model.context_window,
        "max_output_tokens": model.max_output_tokens,
        "price": model.price.model_dump() if model.price else None,
        "modalities": list(model.modalities),
    }
