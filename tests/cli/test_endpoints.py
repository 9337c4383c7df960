"""What `simulate` announces is what `serve` stands in front of."""

import msgspec
import pytest

from novastack.endpoints import Endpoint, announced, parse
from novastack.failure import FailureError
from novastack.standing import in_front_of
from novastack_gateway.config import GatewayConfig

DEEPSEEK = Endpoint(
    name="deepseek-v4-pro",
    dialect="deepseek",
    base_url="http://127.0.0.1:4242",
    control_url="http://127.0.0.1:4242/_sim",
    api_key="sk-sim-other",
    models=("deepseek-v4-pro",),
)


def test_an_announcement_reads_back() -> None:
    """One line of JSON carries all that is known of the endpoints."""
    assert (DEEPSEEK,) == parse(announced([DEEPSEEK]))


def test_a_line_of_something_else_is_refused() -> None:
    """What is not an announcement is told, not a traceback."""
    with pytest.raises(FailureError, match="--endpoints: expected the line that"):
        parse("nonsense")


def test_a_known_upstream_keeps_its_aliases_at_the_new_address() -> None:
    """The gateway goes where the simulator listens, and still knows the model's other names."""
    (upstream,) = in_front_of(GatewayConfig(), [DEEPSEEK]).upstreams
    assert "http://127.0.0.1:4242/" == str(upstream.base_url)
    assert "sk-sim-other" == upstream.api_key.get_secret_value()
    assert ("DeepSeek-V4-Pro",) == upstream.models[0].aliases


def test_an_unknown_upstream_serves_its_own_models() -> None:
    """A simulator of the user's own appears under the names that it announces."""
    other = msgspec.structs.replace(DEEPSEEK, name="mine", models=("model-a", "model-b"))
    (upstream,) = in_front_of(GatewayConfig(), [other]).upstreams
    assert ["model-a", "model-b"] == [model.id for model in upstream.models]


def test_an_endpoint_of_an_unknown_dialect_is_told() -> None:
    """One line that names the dialects, not a traceback."""
    with pytest.raises(FailureError, match=r"^--endpoints: dialect: Value error, expected one of openai, "):
        in_front_of(GatewayConfig(), [msgspec.structs.replace(DEEPSEEK, dialect="klingon")])
