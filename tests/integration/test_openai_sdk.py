"""The official `openai` SDK through the gateway, for each of the three models: what an application does every day."""

import json
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

MODELS = ["qwen3-235b-a22b", "deepseek-v4-pro", "claude-opus-4-7"]
ALIASES = {
    "Qwen3-235B-A22B": "qwen3-235b-a22b",
    "DeepSeek-V4-Pro": "deepseek-v4-pro",
    "Claude-Opus-4.7": "claude-opus-4-7",
    "QWEN3-235B-A22B": "qwen3-235b-a22b",
    "DEEPSEEK-v4-PRO": "deepseek-v4-pro",
    "claude-OPUS-4-7": "claude-opus-4-7",
}
HI: Any = [{"role": "user", "content": "Say hello."}]
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
CLOCK: Any = {
    "type": "function",
    "function": {"name": "clock", "description": "The time.", "parameters": {"type": "object", "properties": {}}},
}

each_model = pytest.mark.parametrize("model", MODELS)


def joined(chunks: list[ChatCompletionChunk]) -> str:
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)


def calls_of(chunks: list[ChatCompletionChunk]) -> list[tuple[str, str]]:
    """Name and arguments of each streamed call, by index."""
    calls: dict[int, list[str]] = {}
    for delta in (call for chunk in chunks for choice in chunk.choices for call in choice.delta.tool_calls or ()):
        known = calls.setdefault(delta.index, ["", ""])
        known[0] += delta.function.name or "" if delta.function else ""
        known[1] += delta.function.arguments or "" if delta.function else ""
    return [(calls[index][0], calls[index][1]) for index in range(len(calls))]


def consistent(completion: ChatCompletion) -> None:
    usage = completion.usage
    assert usage is not None
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert usage.completion_tokens > 0
    assert completion.object == "chat.completion"
    assert completion.id


@each_model
def test_a_chat(client: openai.OpenAI, stack: Any, model: str) -> None:
    """Text, finish reason and usage; the reply says who answered, and the simulator agrees."""
    raw = client.chat.completions.with_raw_response.create(
        model=model, messages=HI, extra_headers={"x-request-id": f"id-{model}"}
    )
    completion = raw.parse()
    consistent(completion)
    assert completion.choices[0].message.content
    assert "stop" == completion.choices[0].finish_reason
    assert (f"id-{model}", model) == (raw.headers["x-request-id"], raw.headers["x-novastack-upstream"])
    (entry,) = stack.journal(model, request_id=f"id-{model}")
    assert (200, False) == (entry["status"], entry["stream"])


@each_model
def test_a_stream_says_what_the_answer_says(client: openai.OpenAI, model: str) -> None:
    """Same request, same words; usage comes last, where it was asked for."""
    # DashScope answers without thinking where it does not stream, so the stream must be told.
    extra = {"enable_thinking": False} if model.startswith("qwen") else {}
    whole = client.chat.completions.create(model=model, messages=HI)
    chunks = list(
        client.chat.completions.create(
            model=model, messages=HI, stream=True, stream_options={"include_usage": True}, extra_body=extra
        )
    )
    assert whole.choices[0].message.content == joined(chunks)
    # DeepSeek's own wire has it in the last chunk of the answer; it travels as it came.
    assert model == "deepseek-v4-pro" or [] == chunks[-1].choices
    assert chunks[-1].usage is not None
    assert whole.usage is not None
    assert whole.usage.total_tokens == chunks[-1].usage.total_tokens
    assert 1 == len({chunk.id for chunk in chunks})


@pytest.mark.parametrize(("alias", "model"), ALIASES.items())
def test_an_alias_in_any_case(client: openai.OpenAI, alias: str, model: str) -> None:
    """Reaches its model."""
    raw = client.chat.completions.with_raw_response.create(model=alias, messages=HI, max_tokens=20)
    assert model == raw.headers["x-novastack-upstream"]


@each_model
def test_the_path_route(stack: Any, model: str) -> None:
    """The SDK's base URL names the upstream."""
    with stack.client(f"/{model}/v1") as client:
        raw = client.chat.completions.with_raw_response.create(model="qwen3-235b-a22b", messages=HI, max_tokens=20)
    assert model == raw.headers["x-novastack-upstream"]
    assert 1 == len(stack.journal(model))


@each_model
def test_the_header_route(client: openai.OpenAI, model: str) -> None:
    """X-Forwarded-To names it."""
    raw = client.chat.completions.with_raw_response.create(
        model="deepseek-v4-pro", messages=HI, max_tokens=20, extra_headers={"X-Forwarded-To": model}
    )
    assert model == raw.headers["x-novastack-upstream"]


@each_model
@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_call_and_its_round_trip(client: openai.OpenAI, model: str, stream: bool) -> None:
    """The call's arguments are an object; its result is understood."""
    options: Any = {"model": model, "messages": HI, "tools": [WEATHER], "tool_choice": "required", **unthinking(model)}
    if stream:
        chunks = list(client.chat.completions.create(**options, stream=True))
        (call,) = calls_of(chunks)
        name, arguments, identifier = *call, chunks_id(chunks)
        reasons = [choice.finish_reason for chunk in chunks for choice in chunk.choices if choice.finish_reason]
        assert ["tool_calls"] == reasons
    else:
        choice = client.chat.completions.create(**options).choices[0]
        (made,) = choice.message.tool_calls or ()
        assert made.type == "function"
        name, arguments, identifier = made.function.name, made.function.arguments, made.id
        assert "tool_calls" == choice.finish_reason
    assert "weather" == name
    assert isinstance(json.loads(arguments)["city"], str)
    made_call = {"id": identifier, "type": "function", "function": {"name": name, "arguments": arguments}}
    turns: Any = [
        *HI,
        {"role": "assistant", "content": None, "tool_calls": [made_call]},
        {"role": "tool", "tool_call_id": identifier, "content": "sunny"},
    ]
    answer = client.chat.completions.create(
        model=model, messages=turns, tools=[WEATHER], tool_choice="none", **unthinking(model)
    )
    assert answer.choices[0].message.content


def unthinking(model: str) -> dict[str, Any]:
    """Some models refuse to be forced to a tool while they think."""
    extra: dict[str, Any] = {
        "qwen3-235b-a22b": {"enable_thinking": False},
        "deepseek-v4-pro": {"thinking": {"type": "disabled"}},
    }
    return {"extra_body": extra[model]} if model in extra else {}


def chunks_id(chunks: list[ChatCompletionChunk]) -> str:
    ids = [call.id for chunk in chunks for choice in chunk.choices for call in choice.delta.tool_calls or () if call.id]
    assert 1 == len(ids)
    return ids[0]


@each_model
@pytest.mark.parametrize("stream", [False, True])
def test_parallel_tool_calls(client: openai.OpenAI, model: str, stream: bool) -> None:
    """Two at once, numbered from zero; the results of both go back in one turn."""
    options: Any = {
        "model": model,
        "messages": [{"role": "user", "content": "The weather in Rome and the time, both at once please."}],
        "tools": [WEATHER, CLOCK],
        "tool_choice": "required",
        "parallel_tool_calls": True,
        **unthinking(model),
    }
    if stream:
        calls = calls_of(list(client.chat.completions.create(**options, stream=True)))
    else:
        made = client.chat.completions.create(**options).choices[0].message.tool_calls or ()
        calls = [(call.function.name, call.function.arguments) for call in made if call.type == "function"]
    assert {"weather", "clock"} == {name for name, _ in calls}
    assert all(isinstance(json.loads(arguments), dict) for _, arguments in calls)
    turns: Any = [
        *options["messages"],
        {
            "role": "assistant",
            "tool_calls": [
                {"id": f"call_{at}", "type": "function", "function": {"name": name, "arguments": arguments}}
                for at, (name, arguments) in enumerate(calls)
            ],
        },
        *({"role": "tool", "tool_call_id": f"call_{at}", "content": "ok"} for at in range(len(calls))),
    ]
    answer = client.chat.completions.create(**{**options, "messages": turns, "tool_choice": "none"})
    assert answer.choices[0].message.content


@pytest.mark.parametrize("model", ["deepseek-v4-pro", "claude-opus-4-7"])
def test_reasoning_effort_brings_reasoning(client: openai.OpenAI, model: str) -> None:
    """As text of its own, and counted where the upstream counts it."""
    message = client.chat.completions.create(model=model, messages=HI, reasoning_effort="high").choices[0].message
    assert message.model_extra is not None
    assert message.model_extra["reasoning_content"]
    assert message.content


@pytest.mark.parametrize("model", ["deepseek-v4-pro", "claude-opus-4-7"])
def test_reasoning_is_streamed_before_the_answer(client: openai.OpenAI, model: str) -> None:
    """Never after it."""
    chunks = list(client.chat.completions.create(model=model, messages=HI, reasoning_effort="high", stream=True))
    deltas = [choice.delta for chunk in chunks for choice in chunk.choices]
    kinds = [
        "text" if delta.content else "thought"
        for delta in deltas
        if delta.content or (delta.model_extra or {}).get("reasoning_content")
    ]
    assert "thought" == kinds[0]
    assert kinds == sorted(kinds, reverse=True)


def test_a_schema_for_the_answer(client: openai.OpenAI) -> None:
    """Claude answers with JSON that fits it."""
    schema = {
        "type": "object",
        "properties": {"age": {"type": "integer"}},
        "required": ["age"],
        "additionalProperties": False,
    }
    wanted: Any = {"type": "json_schema", "json_schema": {"name": "person", "schema": schema, "strict": True}}
    completion = client.chat.completions.create(model="claude-opus-4-7", messages=HI, response_format=wanted)
    value = json.loads(completion.choices[0].message.content or "")
    assert ["age"] == list(value)
    assert isinstance(value["age"], int)


@each_model
def test_any_json_object(client: openai.OpenAI, model: str) -> None:
    """The mode without a schema."""
    messages: Any = [{"role": "user", "content": "Answer in JSON."}]
    completion = client.chat.completions.create(
        model=model, messages=messages, response_format={"type": "json_object"}, **unthinking(model)
    )
    assert isinstance(json.loads(completion.choices[0].message.content or ""), dict)


@each_model
def test_system_and_developer_turns(client: openai.OpenAI, model: str) -> None:
    """Every upstream takes both, whatever it calls them."""
    turns: Any = [{"role": "system", "content": "Be brief."}, {"role": "developer", "content": "Be kind."}, *HI]
    assert client.chat.completions.create(model=model, messages=turns).choices[0].message.content


@each_model
def test_a_limit_of_tokens_ends_the_answer(client: openai.OpenAI, model: str) -> None:
    """With the reason `length`."""
    choice = client.chat.completions.create(model=model, messages=HI, max_tokens=3, **unthinking(model)).choices[0]
    assert "length" == choice.finish_reason


def test_models(client: openai.OpenAI) -> None:
    """Listed, and found by alias."""
    assert MODELS == [model.id for model in client.models.list()]
    assert "claude-opus-4-7" == client.models.retrieve("Claude-Opus-4.7").id


@each_model
def test_a_canary_comes_back_and_is_in_the_journal(client: openai.OpenAI, stack: Any, model: str) -> None:
    """The double ledger's second leg, through the translation too."""
    messages: Any = [{"role": "user", "content": "Repeat canary:abcd-1234 please."}]
    completion = client.chat.completions.create(model=model, messages=messages, **unthinking(model))
    assert 1 == (completion.choices[0].message.content or "").count("canary:abcd-1234")
    assert 1 == len(stack.journal(model, canary="abcd-1234"))
