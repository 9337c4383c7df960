"""OpenAI's chat request as one of the Messages API (cases-gateway 1, C9, C10)."""

import json
from pathlib import Path
from typing import Any

import pytest
from gateway_asks import ask, ask_of, problem_of

from novastack_gateway.dialects import DIALECTS
from novastack_gateway.dialects.anthropic.chat import Chat
from novastack_gateway.dialects.anthropic.put import DEFAULT_MAX_TOKENS

TOOL = {
    "type": "function",
    "function": {
        "name": "look",
        "description": "Looks.",
        "strict": True,
        "parameters": {
            "type": "object",
            "anyOf": [{"required": ["a"]}],
            "additionalProperties": False,
            "$defs": {"d": {}},
        },
    },
}
OTHER = {"type": "function", "function": {"name": "wait"}}


def put(messages: Any = None, **more: Any) -> dict[str, Any]:
    return json.loads(DIALECTS["anthropic"].put(ask(messages, **more)).body)


def dropped(**more: Any) -> tuple[str, ...]:
    return DIALECTS["anthropic"].put(ask(**more)).dropped


def call(name: str, arguments: str, identifier: str = "c1") -> dict[str, Any]:
    return {"id": identifier, "type": "function", "function": {"name": name, "arguments": arguments}}


def test_the_least_request() -> None:
    """Model, messages, and the max_tokens that the API requires."""
    text = [{"type": "text", "text": "hi"}]
    expected = {"model": "vendor", "max_tokens": 1000, "messages": [{"role": "user", "content": text}]}
    assert expected == put()


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"max_tokens": 5}, 5),
        ({"max_completion_tokens": 6}, 6),
        ({"max_tokens": 5, "max_completion_tokens": 6}, 6),
        ({}, 1000),
    ],
)
def test_max_tokens(members: dict[str, Any], expected: int) -> None:
    """The newer name comes first; without either, no more than the model can."""
    assert expected == put(**members)["max_tokens"]


def test_the_default_of_max_tokens() -> None:
    """Where the model could say more."""
    body = ask_of(ask().body, max_output_tokens=100_000)
    assert DEFAULT_MAX_TOKENS == json.loads(DIALECTS["anthropic"].put(body).body)["max_tokens"]


def test_system_and_developer_turns_stand_apart_in_their_order() -> None:
    """Wherever they stood, none is lost."""
    body = put(
        [
            {"role": "system", "content": "a"},
            {"role": "user", "content": "hi"},
            {"role": "developer", "content": [{"type": "text", "text": "b"}, {"type": "text", "text": "c"}]},
            {"role": "user", "content": "there"},
        ]
    )
    assert ["a", "b", "c"] == [block["text"] for block in body["system"]]
    assert [["hi", "there"]] == [[block["text"] for block in turn["content"]] for turn in body["messages"]]


def test_text_and_calls_of_one_turn_are_both_kept() -> None:
    """And a call without arguments has an empty object."""
    turn = {
        "role": "assistant",
        "content": "let me see",
        "tool_calls": [call("look", '{"a":1e-7}'), call("wait", "", "c2")],
    }
    results = [{"role": "tool", "tool_call_id": name, "content": name} for name in ("c1", "c2")]
    body = DIALECTS["anthropic"].put(
        ask([{"role": "user", "content": "x"}, turn, *results, {"role": "user", "content": "go"}])
    )
    messages = json.loads(body.body)["messages"]
    assert ["user", "assistant", "user"] == [turn["role"] for turn in messages]
    expected = [
        {"type": "text", "text": "let me see"},
        {"type": "tool_use", "id": "c1", "name": "look", "input": {"a": 1e-7}},
        {"type": "tool_use", "id": "c2", "name": "wait", "input": {}},
    ]
    assert expected == messages[1]["content"]
    assert ["tool_result", "tool_result", "text"] == [block["type"] for block in messages[2]["content"]]
    assert ["c1", "c2"] == [block["tool_use_id"] for block in messages[2]["content"][:2]]


@pytest.mark.parametrize("arguments", ["{", "[]", "5", '"text"', "null", "{]", "[" * 50_000])
def test_arguments_that_are_no_object_are_a_400_that_names_the_call(arguments: str) -> None:
    """And never silently an empty object."""
    messages = [{"role": "user", "content": "x"}, {"role": "assistant", "tool_calls": [call("look", arguments)]}]
    problem = problem_of(DIALECTS["anthropic"].put, ask(messages))
    assert (400, "messages[1].tool_calls[0].function.arguments") == (problem.status, problem.param)


def test_a_tools_schema_travels_whole() -> None:
    """anyOf, additionalProperties, $defs and strict; a tool without parameters takes none."""
    tools = put(tools=[TOOL, OTHER])["tools"]
    function = TOOL["function"]
    expected = {"name": "look", "description": "Looks.", "strict": True, "input_schema": function["parameters"]}
    assert [expected, {"name": "wait", "input_schema": {"type": "object", "properties": {}}}] == tools


@pytest.mark.parametrize(
    ("choice", "parallel", "expected"),
    [
        (None, None, None),
        ("auto", None, {"type": "auto"}),
        ("none", None, {"type": "none"}),
        ("required", None, {"type": "any"}),
        ({"type": "function", "function": {"name": "look"}}, None, {"type": "tool", "name": "look"}),
        (None, False, {"type": "auto", "disable_parallel_tool_use": True}),
        ("required", False, {"type": "any", "disable_parallel_tool_use": True}),
        ("none", False, {"type": "none"}),
        (None, True, None),
    ],
)
def test_the_choice_of_tools(choice: Any, parallel: bool | None, expected: Any) -> None:
    """Every mode, with and without parallel calls."""
    members = {"tool_choice": choice, "parallel_tool_calls": parallel}
    given = {name: value for name, value in members.items() if value is not None}
    assert expected == put(tools=[TOOL], **given).get("tool_choice")


def test_allowed_tools_are_the_tools_that_are_sent() -> None:
    """The Messages API has no other way to say it."""
    allowed = {"mode": "required", "tools": [{"type": "function", "function": {"name": "wait"}}]}
    body = put(tools=[TOOL, OTHER], tool_choice={"type": "allowed_tools", "allowed_tools": allowed})
    assert (["wait"], {"type": "any"}) == ([tool["name"] for tool in body["tools"]], body["tool_choice"])


@pytest.mark.parametrize(("stop", "expected"), [("END", ["END"]), (["a", "b"], ["a", "b"]), (None, None), ([], None)])
def test_stop_sequences_are_a_list(stop: Any, expected: Any) -> None:
    """A string is one of them."""
    assert expected == put(stop=stop).get("stop_sequences")


@pytest.mark.parametrize(
    ("effort", "expected"), [("minimal", "low"), ("low", "low"), ("high", "high"), ("xhigh", "xhigh"), ("max", "max")]
)
def test_reasoning_effort_is_adaptive_thinking_with_an_effort(effort: str, expected: str) -> None:
    """And the thinking is asked for in a form that can be shown."""
    body = put(reasoning_effort=effort)
    assert {"effort": expected} == body["output_config"]
    assert {"type": "adaptive", "display": "summarized"} == body["thinking"]


def test_no_effort_is_no_thinking() -> None:
    """As without the parameter."""
    assert put() == put(reasoning_effort="none")


def test_a_json_schema_for_the_answer() -> None:
    """The schema travels whole."""
    schema = {"type": "object", "properties": {"a": {"const": 1}}, "required": ["a"]}
    body = put(response_format={"type": "json_schema", "json_schema": {"name": "n", "schema": schema, "strict": True}})
    assert {"format": {"type": "json_schema", "schema": schema}} == body["output_config"]


def test_any_json_object_for_the_answer() -> None:
    """As a schema that allows every object; plain text asks for nothing."""
    body = put(response_format={"type": "json_object"})
    assert {"format": {"type": "json_schema", "schema": {"type": "object"}}} == body["output_config"]
    assert "output_config" not in put(response_format={"type": "text"})


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (
            {"type": "image_url", "image_url": {"url": "https://x.example/a.png", "detail": "low"}},
            {"type": "image", "source": {"type": "url", "url": "https://x.example/a.png"}},
        ),
        (
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
        ),
        (
            {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA", "filename": "a.pdf"}},
            {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "AAAA"}},
        ),
    ],
)
def test_images_and_files(part: dict[str, Any], expected: dict[str, Any]) -> None:
    """URLs are passed on, never fetched here (case SSRF-02)."""
    assert [expected] == put([{"role": "user", "content": [part]}])["messages"][0]["content"]


@pytest.mark.parametrize(
    ("part", "param"),
    [
        ({"type": "image_url", "image_url": {"url": "file:///etc/passwd"}}, "messages[0].content[0].image_url.url"),
        ({"type": "image_url", "image_url": {"url": "nonsense"}}, "messages[0].content[0].image_url.url"),
        ({"type": "file", "file": {"file_id": "file-1"}}, "messages[0].content[0].file.file_id"),
        ({"type": "input_audio", "input_audio": {"data": ""}}, "messages[0].content[0].input_audio"),
        ({"type": "hologram"}, "messages[0].content[0].type"),
    ],
)
def test_a_part_that_cannot_be_sent_is_named(part: dict[str, Any], param: str) -> None:
    """With its place in the request."""
    problem = problem_of(DIALECTS["anthropic"].put, ask([{"role": "user", "content": [part]}]))
    assert (400, param) == (problem.status, problem.param)


@pytest.mark.parametrize("messages", [[{"role": "system", "content": "x"}], [{"role": "user", "content": ""}]])
def test_a_request_without_a_turn_is_a_400(messages: Any) -> None:
    """Empty text is no turn: the Messages API refuses it."""
    assert "messages" == problem_of(DIALECTS["anthropic"].put, ask(messages)).param


@pytest.mark.parametrize(("stream", "expected"), [(True, True), (False, None), (None, None)])
def test_stream_is_passed_on(stream: bool | None, expected: bool | None) -> None:
    """False is the default of both."""
    assert expected is put(stream=stream).get("stream")


def test_the_user_is_named() -> None:
    """`user` has a counterpart."""
    assert {"user_id": "u-1"} == put(user="u-1")["metadata"]


@pytest.mark.parametrize(
    "members",
    [
        {"n": 2},
        {"logprobs": True},
        {"logprobs": True, "top_logprobs": 3},
        {"functions": [{"name": "x"}]},
        {"audio": {"voice": "x"}},
        {"modalities": ["text", "audio"]},
        {"web_search_options": {}},
    ],
)
def test_what_would_change_the_answers_shape_is_refused(members: dict[str, Any]) -> None:
    """With the parameter named."""
    problem = problem_of(DIALECTS["anthropic"].put, ask(**members))
    assert (400, "unsupported_parameter") == (problem.status, problem.code)
    assert problem.param in members


def test_what_only_tunes_is_left_out_and_named() -> None:
    """Sampling parameters would be refused by the model, at any value."""
    members = {"temperature": 0.7, "top_p": 1, "seed": 7, "presence_penalty": 1, "made_up": {"deep": [1e-7]}}
    assert tuple(sorted(members)) == dropped(**members)
    assert {"model", "max_tokens", "messages"} == put(**members).keys()


def test_what_asks_for_nothing_is_not_worth_a_word() -> None:
    """Neutral values and null."""
    neutral = {"n": 1, "logprobs": False, "presence_penalty": 0, "logit_bias": {}, "temperature": None, "store": False}
    assert () == dropped(**neutral)


@pytest.mark.parametrize("value", [b"1e999", b"[" * 900 + b"]" * 900, b"1" * 400])
def test_an_unknown_parameter_of_any_value_is_dropped(value: bytes) -> None:
    """It is named; what it holds does not matter."""
    body = b'{"odd":' + value + b',"model":"m","messages":[{"role":"user","content":"hi"}]}'
    assert ("odd",) == DIALECTS["anthropic"].put(ask_of(body)).dropped


def test_every_translated_parameter_has_its_test() -> None:
    """A parameter added to `Chat` must be named in this file."""
    source = Path(__file__).read_text()
    assert [] == [name for name in Chat.__struct_fields__ if name not in source]
