"""The official SDK as a second opinion: typed parsers, streaming helpers, base64 by default, typed errors."""

import base64
import struct
from collections.abc import Iterator
from typing import Any

import openai as sdk
import pytest
from pydantic import BaseModel

MODEL = "openai-generic"
USER: list[Any] = [{"role": "user", "content": "What is the weather in Paris?"}]


class Forecast(BaseModel):
    """What a caller wants to read."""

    city: str
    days: list[int]


class Weather(BaseModel):
    """Looks up the weather."""

    city: str


@pytest.fixture
def client(openai: Any) -> Iterator[sdk.OpenAI]:
    with sdk.OpenAI(base_url=openai.endpoint.base_url, api_key=openai.endpoint.api_key, max_retries=0) as made:
        yield made


def test_parse_reads_structured_output(client: sdk.OpenAI) -> None:
    """Through a strict schema made by pydantic."""
    reply = client.chat.completions.parse(model=MODEL, messages=USER, response_format=Forecast)
    assert isinstance(reply.choices[0].message.parsed, Forecast)
    assert reply._request_id


def test_parse_reads_tool_arguments(client: sdk.OpenAI) -> None:
    """A tool made from a pydantic model."""
    reply = client.chat.completions.parse(model=MODEL, messages=USER, tools=[sdk.pydantic_function_tool(Weather)])
    calls = reply.choices[0].message.tool_calls
    assert calls
    assert isinstance(calls[0].function.parsed_arguments, Weather)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"n": 2},
        {"logprobs": True, "top_logprobs": 2},
        {"tools": [sdk.pydantic_function_tool(Weather)]},
        {"response_format": Forecast},
        {"reasoning_effort": "low"},
    ],
)
def test_the_stream_helper_makes_what_parse_gets(client: sdk.OpenAI, more: dict[str, Any]) -> None:
    """The accumulated completion is the plain one."""
    usage: Any = {"include_usage": True}
    with client.chat.completions.stream(model=MODEL, messages=USER, stream_options=usage, **more) as stream:
        done = [event.type for event in stream]
        final = stream.get_final_completion()
    plain = client.chat.completions.parse(model=MODEL, messages=USER, **more)

    def seen(reply: Any) -> Any:
        whole = reply.model_dump(exclude_none=True, warnings=False)
        for choice in whole["choices"]:
            choice["message"].pop("annotations", None)
            for call in choice["message"].get("tool_calls", ()):
                call.pop("index", None)
        return [whole["id"], whole["choices"], whole["usage"]]

    assert seen(plain) == seen(final)
    assert "chunk" in done


def test_responses_parse_and_stream(client: sdk.OpenAI) -> None:
    """Structured output, and the final response of a stream with reasoning."""
    parsed = client.responses.parse(model=MODEL, input="Paris?", text_format=Forecast)
    assert isinstance(parsed.output_parsed, Forecast)
    with client.responses.stream(model=MODEL, input="Paris?", reasoning={"effort": "low", "summary": "auto"}) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_response()
    plain = client.responses.create(model=MODEL, input="Paris?", reasoning={"effort": "low", "summary": "auto"})
    assert plain.output_text == final.output_text
    assert plain.usage == final.usage
    assert {"response.output_text.delta", "response.reasoning_summary_text.delta"} <= set(kinds)


def test_responses_call_tools_until_answered(client: sdk.OpenAI) -> None:
    """The agent's loop as the SDK's documentation writes it."""
    tool: Any = {"type": "function", "name": "weather", "parameters": Weather.model_json_schema(), "strict": False}
    context: list[Any] = [{"role": "user", "content": "Paris?"}]
    first = client.responses.create(model=MODEL, input=context, tools=[tool])
    context += first.output
    for item in first.output:
        if item.type == "function_call":
            context.append({"type": "function_call_output", "call_id": item.call_id, "output": "Rain."})
    second = client.responses.create(model=MODEL, input=context, tools=[tool])
    assert second.output_text


def test_embeddings_come_in_base64_unless_asked_otherwise(client: sdk.OpenAI, openai: Any) -> None:
    """The SDK asks for base64 by itself and decodes it; the numbers are those of the JSON."""
    default = client.embeddings.create(model="text-embedding-3-small", input="a river", dimensions=4)
    floats = client.embeddings.create(
        model="text-embedding-3-small", input="a river", dimensions=4, encoding_format="float"
    )
    assert floats.data[0].embedding == default.data[0].embedding
    raw = openai.embed(dimensions=4, encoding_format="base64").json()["data"][0]["embedding"]
    assert default.data[0].embedding == list(struct.unpack("<4f", base64.b64decode(raw)))


def test_legacy_completions_stream(client: sdk.OpenAI) -> None:
    """Put together they are the plain text."""
    plain = client.completions.create(model=MODEL, prompt="Once upon", max_tokens=9)
    stream = client.completions.create(model=MODEL, prompt="Once upon", max_tokens=9, stream=True)
    assert plain.choices[0].text == "".join(chunk.choices[0].text for chunk in stream)


def test_models_are_listed_and_found(client: sdk.OpenAI) -> None:
    """The chat models, then the embedding ones."""
    assert {MODEL, "text-embedding-3-small"} <= {model.id for model in client.models.list()}
    assert "gpt-4o" == client.models.retrieve("gpt-4o").id


def test_errors_are_typed(client: sdk.OpenAI) -> None:
    """With code and param, for each endpoint."""
    with pytest.raises(sdk.BadRequestError) as refused:
        client.chat.completions.create(model=MODEL, messages=USER, temperature=9)
    assert ("decimal_above_max_value", "temperature") == (refused.value.code, refused.value.param)
    with pytest.raises(sdk.NotFoundError):
        client.embeddings.create(model="no", input="x")
    with pytest.raises(sdk.AuthenticationError):
        client.with_options(api_key="sk-no").responses.create(model=MODEL, input="x")
