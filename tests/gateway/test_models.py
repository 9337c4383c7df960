"""The models that callers see."""

import pytest
from gateway_asks import problem_of

from novastack_gateway.config import GatewayConfig
from novastack_gateway.models import Catalog
from novastack_gateway.server import table_of

CONFIG = GatewayConfig()
CATALOG = Catalog(CONFIG, table_of(CONFIG))


def test_every_model_has_openais_four_members_and_ours() -> None:
    """Upstream, aliases, context window, output limit, price and modalities."""
    listed = CATALOG.all()
    assert "list" == listed["object"]
    assert ["qwen3-235b-a22b", "deepseek-v4-pro", "claude-opus-4-7"] == [model["id"] for model in listed["data"]]
    expected = {
        "id": "claude-opus-4-7",
        "object": "model",
        "created": 1_767_225_600,
        "owned_by": "claude-opus-4-7",
        "upstream": "claude-opus-4-7",
        "aliases": ["Claude-Opus-4.7"],
        "context_window": 1_000_000,
        "max_output_tokens": 128_000,
        "price": {"input": 5.0, "output": 25.0},
        "modalities": ["text", "image", "file"],
    }
    assert expected == listed["data"][2]


@pytest.mark.parametrize("name", ["claude-opus-4-7", "Claude-Opus-4.7", "CLAUDE-OPUS-4-7"])
def test_a_model_is_found_by_any_of_its_names(name: str) -> None:
    """As in a request."""
    assert "claude-opus-4-7" == CATALOG.one(name)["id"]


def test_an_unknown_model_is_a_404() -> None:
    """In OpenAI's words."""
    assert (404, "model_not_found") == (problem_of(CATALOG.one, "x").status, problem_of(CATALOG.one, "x").code)
