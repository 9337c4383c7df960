"""The official SDK: agent loops with sealed thinking, parsed output, typed errors, cache counters."""

from collections.abc import Iterator
from typing import Any

import anthropic as vendor
import pydantic
import pytest

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS: list[Any] = [{"name": "weather", "input_schema": SCHEMA}]
USER: dict[str, Any] = {"role": "user", "content": "What is the weather in Paris?"}
ASKED: dict[str, Any] = {"model": "claude-opus-4-7", "max_tokens": 2000}


class Place(pydantic.BaseModel):
    """What a parsed answer is."""

    city: str
    days: int


@pytest.fixture
def sdk(anthropic: Any) -> Iterator[vendor.Anthropic]:
    key = anthropic.endpoint.api_key
    with vendor.Anthropic(base_url=anthropic.origin, auth_token=key, max_retries=0) as made:
        yield made


@pytest.mark.parametrize("display", ["summarized", "omitted"])
def test_an_agent_loop_with_thinking_ends(sdk: vendor.Anthropic, display: str) -> None:
    """The streamed blocks go back as they came, the tool's result after them, and the model answers."""
    thinking: Any = {"type": "adaptive", "display": display}
    with sdk.messages.stream(**ASKED, messages=[USER], tools=TOOLS, thinking=thinking) as stream:
        first = stream.get_final_message()
    call = first.content[-1]
    assert "tool_use" == call.type
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "sunny"}]}
    # The helper adds a field of its own to text blocks, which the API does not take.
    content = [block.to_dict() for block in first.content]
    turns: list[Any] = [USER, {"role": "assistant", "content": content}, result]
    second = sdk.messages.create(**ASKED, messages=turns, tools=TOOLS, thinking=thinking)
    assert (["thinking", "text"], "end_turn") == ([block.type for block in second.content], second.stop_reason)


def test_parsed_output_is_the_model(sdk: vendor.Anthropic) -> None:
    """By output_config's schema."""
    parsed = sdk.messages.parse(**ASKED, messages=[USER], output_format=Place)
    assert isinstance(parsed.parsed_output, Place)


def test_cache_counters_are_typed(sdk: vendor.Anthropic) -> None:
    """Written, then read."""
    system: Any = [{"type": "text", "text": "word " * 2500, "cache_control": {"type": "ephemeral", "ttl": "1h"}}]
    first, second = (sdk.messages.create(**ASKED, messages=[USER], system=system).usage for _ in range(2))
    assert first.cache_creation
    assert first.cache_creation.ephemeral_1h_input_tokens == second.cache_read_input_tokens


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (402, vendor.APIStatusError), (403, vendor.PermissionDeniedError), (404, vendor.NotFoundError),
        (409, vendor.ConflictError), (429, vendor.RateLimitError), (500, vendor.InternalServerError),
        (529, vendor.APIStatusError),
    ],
)  # fmt: skip
def test_errors_are_typed(sdk: vendor.Anthropic, anthropic: Any, status: int, error: type[Exception]) -> None:
    """With the request id of the head."""
    anthropic.arm({"do": "status", "status": status})
    with pytest.raises(error) as raised:
        sdk.messages.create(**ASKED, messages=[USER])
    assert isinstance(raised.value, vendor.APIStatusError)
    assert (status, True) == (raised.value.status_code, str(raised.value.request_id).startswith("req_011"))


def test_an_error_in_a_stream_is_raised(sdk: vendor.Anthropic, anthropic: Any) -> None:
    """After some of the text."""
    anthropic.arm({"do": "in_band_error", "status": 529, "at": {"after_tokens": 9}})
    with sdk.messages.stream(**ASKED, messages=[USER]) as stream, pytest.raises(vendor.APIStatusError):
        stream.until_done()
