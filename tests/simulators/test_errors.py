"""Bad requests: the provider's own status and shape, the parameter named, never a 500."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
CALL = {
    "role": "assistant",
    "content": "",
    "reasoning_content": "",
    "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
}
USER = {"role": "user", "content": "hi"}
DOCUMENT = {"type": "text", "media_type": "text/plain", "data": "x"}


def shape(client: Any, reply: Any) -> str:
    """The message of an error, after its shape has been checked."""
    body = reply.json()
    if client.endpoint.dialect == "anthropic":
        assert {"type", "error", "request_id"} == body.keys()
        assert body["request_id"] == reply.headers["request-id"]
        assert {"type", "message"} == body["error"].keys()
    else:
        assert {"message", "type", "param", "code"} == body["error"].keys()
    if client.endpoint.dialect == "dashscope":
        assert body["request_id"] == reply.headers["x-request-id"]
    return str(body["error"]["message"])


OPENAI_LIKE: list[tuple[dict[str, Any], int, str]] = [
    ({"messages": None}, 400, "messages"),
    ({"messages": []}, 400, "messages"),
    ({"messages": "hi"}, 400, "messages"),
    ({"messages": [{"content": "x"}]}, 400, "messages.0.role"),
    ({"messages": [{"role": "user"}]}, 400, "messages.0.content"),
    ({"messages": [{"role": "user", "content": 5}]}, 400, "messages.0.content"),
    (
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
        400,
        "content.0.type",
    ),
    ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, 400, "content.0.text"),
    ({"messages": [{"role": "king", "content": "x"}]}, 400, "king"),
    ({"messages": [{"role": "developer", "content": "x"}]}, 400, "developer"),
    ({"messages": [USER, {"role": "tool", "content": "x", "tool_call_id": "c9"}]}, 400, "'tool'"),
    ({"messages": [USER, CALL, USER]}, 400, "c1"),
    ({"messages": [USER, CALL]}, 400, "c1"),
    ({"max_tokens": 0}, 400, "max_tokens"),
    ({"max_tokens": "5"}, 400, "max_tokens"),
    ({"max_tokens": 10**12}, 400, "max_tokens"),
    ({"max_completion_tokens": -1}, 400, "max_completion_tokens"),
    ({"temperature": 2.1}, 400, "temperature"),
    ({"temperature": "hot"}, 400, "temperature"),
    ({"top_p": 0}, 400, "top_p"),
    ({"n": 0}, 400, "n"),
    ({"n": 1000}, 400, "n"),
    ({"presence_penalty": 3}, 400, "presence_penalty"),
    ({"stop": ["a"] * 17}, 400, "stop"),
    ({"stop": 5}, 400, "stop"),
    ({"stream": "yes"}, 400, "stream"),
    ({"stream_options": {"include_usage": True}}, 400, "stream_options"),
    ({"logprobs": True}, 400, "logprobs"),
    ({"top_logprobs": 2}, 400, "top_logprobs"),
    ({"tools": []}, 400, "tools"),
    ({"tools": [{"type": "function"}]}, 400, "tools.0.function"),
    ({"tools": [{"type": "custom", "function": {"name": "f"}}]}, 400, "tools.0.type"),
    (
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "objekt"}}}]},
        400,
        "tools.0.function.parameters",
    ),
    ({"tool_choice": "required"}, 400, "tool_choice"),
    ({"tools": [TOOL], "tool_choice": "sometimes"}, 400, "tool_choice"),
    ({"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "g"}}}, 400, "tool_choice"),
    ({"response_format": {"type": "xml"}}, 400, "response_format"),
    ({"response_format": {"type": "json_schema"}}, 400, "response_format.json_schema"),
    (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": 5}}}},
        400,
        "response_format.json_schema.schema",
    ),
    ({"reasoning_effort": "huge"}, 400, "reasoning_effort"),
]


@pytest.mark.parametrize(("change", "status", "named"), OPENAI_LIKE)
def test_openai_like_refusals(openai_like: Any, change: dict[str, Any], status: int, named: str) -> None:
    """One wrong thing at a time, and the message names it."""
    reply = openai_like.ask(**change)
    assert (status, True) == (reply.status_code, named in shape(openai_like, reply)), reply.text


ANTHROPIC: list[tuple[dict[str, Any], str]] = [
    ({"max_tokens": None}, "max_tokens"),
    ({"max_tokens": "5"}, "max_tokens: Input should be a valid integer"),
    ({"max_tokens": -1}, "max_tokens"),
    ({"max_tokens": 200_000}, "max_tokens: 200000 > 128000, which is the maximum allowed number of output tokens"),
    ({"messages": []}, "messages"),
    ({"messages": [{"role": "system", "content": "x"}]}, "messages.0.role"),
    ({"messages": [{"role": "user", "content": ""}]}, "messages.0"),
    ({"messages": [{"role": "user", "content": [{"type": "poem"}]}]}, "messages.0.content.0.type"),
    ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages.0.content.0.text: Field required"),
    (
        {"messages": [USER, {"role": "assistant", "content": "So"}]},
        "This model does not support assistant message prefill.",
    ),
    ({"foo": 1}, "foo: Extra inputs are not permitted"),
    ({"n": 2}, "n: Extra inputs are not permitted"),
    ({"temperature": 1.0}, "`temperature` is deprecated for this model."),
    ({"top_k": 5}, "`top_k` is deprecated for this model."),
    (
        {"thinking": {"type": "enabled", "budget_tokens": 2000}},
        '"thinking.type.enabled" is not supported for this model.',
    ),
    ({"thinking": {"type": "sometimes"}}, "thinking.type"),
    ({"tools": [{"name": "f"}]}, "tools.0.input_schema: Field required"),
    ({"tools": [{"name": "f", "input_schema": {"type": "array"}}]}, "tools.0.input_schema"),
    ({"tool_choice": {"type": "any"}}, "tool_choice"),
    (
        {"tools": [{"name": "f", "input_schema": {"type": "object"}}], "tool_choice": {"type": "tool", "name": "g"}},
        "tool_choice",
    ),
    ({"messages": [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1"}]}]}, "t1"),
    (
        {
            "messages": [
                USER,
                {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "f", "input": {}}]},
                USER,
            ]
        },
        "t1",
    ),
    ({"stop_sequences": [" "]}, "stop_sequences"),
]


@pytest.mark.parametrize(("change", "named"), ANTHROPIC)
def test_anthropic_refusals(anthropic: Any, change: dict[str, Any], named: str) -> None:
    """One wrong thing at a time, and the message names it."""
    reply = anthropic.ask(**change)
    assert (400, True) == (reply.status_code, named in shape(anthropic, reply)), reply.text
    assert "invalid_request_error" == reply.json()["error"]["type"]


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "x", "citations": [{}]}]}]}, "citations"),
        (
            {"messages": [USER, {"role": "assistant", "content": [{"type": "document", "source": DOCUMENT}]}, USER]},
            "document",
        ),
    ],
)
def test_the_new_version_refuses_more(anthropic: Any, change: dict[str, Any], refused: str) -> None:
    """2026-10-21 says no where 2023-06-01 says yes."""
    body = {**anthropic.body(), **change}
    assert 200 == anthropic.post(body).status_code
    reply = anthropic.post(body, **{"anthropic-version": "2026-10-21"})
    assert (400, True) == (reply.status_code, refused in shape(anthropic, reply))


@pytest.mark.parametrize("version", [None, "2024-01-01"])
def test_a_version_is_required(anthropic: Any, version: str | None) -> None:
    """Missing or unknown, it is a 400 that names the header."""
    headers = {
        "authorization": anthropic.headers["authorization"],
        **({"anthropic-version": version} if version else {}),
    }
    reply = anthropic.http.post(anthropic.origin + anthropic.path, json=anthropic.body(), headers=headers)
    assert (400, True) == (reply.status_code, "anthropic-version" in shape(anthropic, reply))


@pytest.mark.parametrize("body", [b"", b"{", b'{"a": NaN}', b"\xff", b"[" * 100_000, b'"text"', b"[]", b"null", b"5"])
def test_a_body_that_is_no_object_is_400(client: Any, body: bytes) -> None:
    """Malformed JSON, and JSON that is not an object."""
    reply = client.http.post(client.origin + client.path, content=body, headers=client.headers)
    assert 400 == reply.status_code
    assert "JSON" in (message := shape(client, reply)) or "valid dictionary" in message or "a map" in message


@pytest.mark.parametrize("depth", [130, 950, 980, 985, 990])
def test_a_body_that_is_nested_too_deep_is_400(client: Any, depth: int) -> None:
    """At every depth, also just below what Python's own recursion allows."""
    schema = {"type": "object", "x": "DEEP"}
    tools = [
        {"name": "f", "input_schema": schema}
        if client.endpoint.dialect == "anthropic"
        else {"type": "function", "function": {"name": "f", "parameters": schema}}
    ]
    body = json.dumps(client.body(tools=tools)).replace('"DEEP"', "[" * depth + "]" * depth)
    reply = client.http.post(client.origin + client.path, content=body, headers=client.headers)
    assert (400, True) == (reply.status_code, "nested" in shape(client, reply) or "JSON" in shape(client, reply))


def test_a_wide_body_is_not_a_deep_one(client: Any) -> None:
    """Many brackets side by side are fine."""
    assert 200 == client.ask("[{" * 500).status_code
    schema = {"type": "object", "x": [[]] * 500}
    tools = [
        {"name": "f", "input_schema": schema}
        if client.endpoint.dialect == "anthropic"
        else {"type": "function", "function": {"name": "f", "parameters": schema}}
    ]
    assert 200 == client.ask(tools=tools).status_code


@pytest.mark.parametrize("header", [{}, {"authorization": "Basic eA=="}, {"authorization": "Bearer sk-wrong-key-4321"}])
def test_a_missing_or_wrong_key_is_401(client: Any, header: dict[str, str]) -> None:
    """And the key is not said back in full."""
    reply = client.http.post(client.origin + client.path, json={}, headers=header)
    assert 401 == reply.status_code
    assert "sk-wrong-key-4321" not in shape(client, reply)


def test_an_unknown_model_is_refused(client: Any) -> None:
    """404; DeepSeek says 400."""
    reply = client.ask(model="gpt-9")
    expected = 400 if client.endpoint.dialect == "deepseek" else 404
    assert (expected, True) == (reply.status_code, "gpt-9" in shape(client, reply))


def test_an_unknown_path_and_a_wrong_method(client: Any) -> None:
    """404 and 405 in the provider's shape."""
    nowhere = client.http.get(f"{client.origin}/v1/nowhere", headers=client.headers)
    wrong = client.http.get(client.origin + client.path, headers=client.headers)
    assert (404, 405) == (nowhere.status_code, wrong.status_code)
    assert "/v1/nowhere" in shape(client, nowhere)
    assert "use POST" in shape(client, wrong)


def test_too_long_a_prompt_is_the_providers_400(client: Any) -> None:
    """More tokens than the model reads."""
    text = {
        "dashscope": "Range of input length",
        "deepseek": "maximum context length is 1048576 tokens",
        "anthropic": "prompt is too long",
    }
    reply = client.ask("word " * 1_100_000)
    assert (400, True) == (reply.status_code, text[client.endpoint.dialect] in shape(client, reply)), reply.text


def test_prompt_and_answer_must_fit_together(deepseek: Any) -> None:
    """A prompt that fits alone does not with max_tokens on top."""
    prompt = "word " * 700_000
    assert 200 == deepseek.ask(prompt, max_tokens=1).status_code
    reply = deepseek.ask(prompt, max_tokens=390_000)
    assert (400, True) == (reply.status_code, "390000 in the completion" in shape(deepseek, reply))


def test_dashscope_does_not_think_without_a_stream(dashscope: Any) -> None:
    """Qwen3 thinks by default, so a plain call fails unless thinking is switched off."""
    reply = dashscope.ask(enable_thinking=None)
    assert "parameter.enable_thinking must be set to false for non-streaming calls" == shape(dashscope, reply)
    assert 400 == reply.status_code


def test_deepseek_wants_its_reasoning_back(deepseek: Any) -> None:
    """In thinking mode a tool turn without reasoning_content is refused; with it, it is answered."""
    forgotten = {name: text for name, text in CALL.items() if name != "reasoning_content"}
    result = {"role": "tool", "content": "x", "tool_call_id": "c1"}
    refused = deepseek.ask(messages=[USER, forgotten, result], thinking=None)
    assert "The `reasoning_content` in the thinking mode must be passed back to the API." in shape(deepseek, refused)
    assert 200 == deepseek.ask(messages=[USER, CALL, result], thinking=None).status_code
    assert 200 == deepseek.ask(messages=[USER, forgotten, result]).status_code


def test_deepseek_tells_the_column_of_a_bad_role(deepseek: Any) -> None:
    """In serde's words."""
    message = shape(deepseek, deepseek.ask(messages=[USER, {"role": "developer", "content": "x"}]))
    assert message.startswith(
        "Failed to deserialize the JSON body into the target type: messages[1].role: unknown variant `developer`, "
        "expected one of `system`, `user`, `assistant`, `tool`, `latest_reminder` at line 1 column "
    )


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**20), 10**20),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=8),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(st.sampled_from(["role", "content", "type", "text", "name", "function"]), inner, max_size=3),
    ),
    max_leaves=5,
)
FIELDS = st.sampled_from(
    [
        "model",
        "messages",
        "max_tokens",
        "n",
        "stop",
        "stop_sequences",
        "tools",
        "tool_choice",
        "stream",
        "stream_options",
        "thinking",
        "enable_thinking",
        "response_format",
        "output_config",
        "system",
        "seed",
        "logprobs",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FIELDS, JSON)
def test_any_value_anywhere_is_never_a_500(client: Any, field: str, value: Any) -> None:
    """Whatever stands in a field, the answer is 200 or a 4xx in the provider's shape."""
    reply = client.ask(**{field: value})
    assert reply.status_code == 200 or 400 <= reply.status_code < 500
    if reply.status_code != 200:
        assert shape(client, reply)
    elif value is not True or field != "stream":
        assert json.loads(reply.text)
