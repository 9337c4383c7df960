"""The official SDKs, as a second opinion: plain, streamed, with thinking and with tools."""

from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS: list[Any] = [
    {"type": "function", "function": {"name": name, "parameters": SCHEMA}} for name in ("weather", "time")
]
USER: list[Any] = [{"role": "user", "content": "What is the weather in Paris?"}]


@pytest.fixture
def sdk(openai_like: Any) -> Iterator[tuple[openai.OpenAI, str]]:
    endpoint = openai_like.endpoint
    with openai.OpenAI(base_url=endpoint.base_url, api_key=endpoint.api_key, max_retries=0) as made:
        yield made, endpoint.models[0]


@pytest.fixture
def claude(anthropic_endpoint: Any) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(
        base_url=anthropic_endpoint.base_url, auth_token=anthropic_endpoint.api_key, max_retries=0
    ) as made:
        yield made


@pytest.fixture
def anthropic_endpoint(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue("anthropic").endpoint  # the fixture; here the name is the SDK's


OFF: dict[str, Any] = {"enable_thinking": False, "thinking": {"type": "disabled"}}


def test_openai_plain(sdk: tuple[openai.OpenAI, str]) -> None:
    """A completion with text, usage and a stop."""
    client, model = sdk
    reply = client.chat.completions.create(model=model, messages=USER, extra_body=OFF)
    assert reply.choices[0].message.content
    assert reply.usage
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens
    assert "stop" == reply.choices[0].finish_reason


def test_openai_streams_reasoning_then_text(sdk: tuple[openai.OpenAI, str]) -> None:
    """Reasoning comes first, in the field that both providers use."""
    client, model = sdk
    with client.chat.completions.create(model=model, messages=USER, stream=True) as stream:
        deltas = [chunk.choices[0].delta for chunk in stream if chunk.choices]
    kinds = [
        "reasoning" if getattr(delta, "reasoning_content", None) else "text"
        for delta in deltas
        if delta.content or getattr(delta, "reasoning_content", None)
    ]
    assert sorted(kinds) == kinds
    assert {"reasoning", "text"} == set(kinds)


def test_openai_stream_helper_puts_tool_calls_together(sdk: tuple[openai.OpenAI, str]) -> None:
    """Two parallel calls from their fragments."""
    client, model = sdk
    with client.chat.completions.stream(model=model, messages=USER, tools=TOOLS, extra_body=OFF) as stream:
        final = stream.get_final_completion()
    made = final.choices[0].message.tool_calls
    assert made
    assert {"weather", "time"} == {call.function.name for call in made}
    assert "tool_calls" == final.choices[0].finish_reason


def test_openai_errors_are_typed(sdk: tuple[openai.OpenAI, str]) -> None:
    """A bad parameter is a BadRequestError, a wrong key an AuthenticationError."""
    client, model = sdk
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model=model, messages=USER, temperature=9, extra_body=OFF)
    with pytest.raises(openai.AuthenticationError):
        client.with_options(api_key="sk-no").models.list()


def test_openai_lists_models(sdk: tuple[openai.OpenAI, str]) -> None:
    """The model is in the list."""
    client, model = sdk
    assert [model] == [each.id for each in client.models.list()]


def test_anthropic_plain_with_thinking(claude: anthropic.Anthropic) -> None:
    """A thinking block with its signature and no text, then the answer."""
    reply = claude.messages.create(
        model="claude-opus-4-7", max_tokens=2000, messages=USER, thinking={"type": "adaptive"}
    )
    thought, said = reply.content
    assert thought.type == "thinking"
    assert ("", True) == (thought.thinking, bool(thought.signature))
    assert said.type == "text"
    assert reply.usage.output_tokens > 0


def test_anthropic_stream_helper(claude: anthropic.Anthropic) -> None:
    """The accumulated message is the plain one."""
    asked: dict[str, Any] = {
        "model": "claude-opus-4-7",
        "max_tokens": 2000,
        "messages": USER,
        "thinking": {"type": "adaptive", "display": "summarized"},
    }
    with claude.messages.stream(**asked) as stream:
        final = stream.get_final_message()
    plain = claude.messages.create(**asked)
    assert [block.model_dump(exclude_none=True) for block in plain.content] == [
        {key: part for key, part in block.model_dump(exclude_none=True).items() if key != "parsed_output"}
        for block in final.content
    ]
    assert "end_turn" == final.stop_reason


def test_anthropic_tools(claude: anthropic.Anthropic) -> None:
    """Streamed tool inputs are put together."""
    tools: list[Any] = [{"name": name, "input_schema": SCHEMA} for name in ("weather", "time")]
    with claude.messages.stream(model="claude-opus-4-7", max_tokens=500, messages=USER, tools=tools) as stream:
        final = stream.get_final_message()
    used = [block for block in final.content if block.type == "tool_use"]
    assert [["city"], ["city"]] == [list(block.input) for block in used]


def test_anthropic_takes_the_old_key_header(anthropic_endpoint: Any) -> None:
    """x-api-key, as SDKs up to 1.x send it, and a typed error for a wrong one."""
    with anthropic.Anthropic(base_url=anthropic_endpoint.base_url, api_key="sk-no", max_retries=0) as client:
        headers = {"x-api-key": anthropic_endpoint.api_key}
        assert client.models.list(extra_headers=headers).data[0].id == "claude-opus-4-7"
        with pytest.raises(anthropic.AuthenticationError):
            client.models.list()


def test_anthropic_counts_tokens(claude: anthropic.Anthropic) -> None:
    """Through the SDK's own method."""
    assert claude.messages.count_tokens(model="claude-opus-4-7", messages=USER).input_tokens > 5
