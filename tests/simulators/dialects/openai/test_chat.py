"""Chat completions over a real socket: what they say, how they stream, and what they refuse in whose words."""

import json
import math
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from novastack_simulators.dialects.durations import duration

CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
PNG = "data:image/png;base64,aW1nIGJ5dGVzIGhlcmU="
USER = {"role": "user", "content": "hi"}
STRICT = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}


def shaped(schema: Any, **more: Any) -> dict[str, Any]:
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": schema, **more}}}


def part(**more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [more]}]}


# Recorded by OpenAI's users (cases-contracts.md REQ-001 to REQ-030): the change, and the code and param of the 400.
REFUSED: list[tuple[dict[str, Any], str | None, str | None]] = [
    ({"messages": None}, "invalid_type", "messages"),
    ({"messages": []}, "empty_array", "messages"),
    ({"messages": "hi"}, "invalid_type", "messages"),
    ({"messages": [{"content": "x"}]}, "missing_required_parameter", "messages[0].role"),
    ({"messages": [{"role": "user"}]}, "missing_required_parameter", "messages[0].content"),
    ({"messages": [{"role": "user", "content": None}]}, "invalid_type", "messages[0].content"),
    ({"messages": [{"role": "king", "content": "x"}]}, "invalid_value", "messages[0].role"),
    ({"messages": [{"role": "user", "content": "x", "mood": 1}]}, "unknown_parameter", "messages[0].mood"),
    ({"messages": [{"role": "assistant"}]}, "invalid_type", "messages[0].content"),
    ({"messages": [{"role": "user", "content": "x", "name": "a b"}]}, "invalid_value", "messages[0].name"),
    ({"messages": [USER, {"role": "tool", "tool_call_id": "c", "content": "x"}]}, None, "messages.[1].role"),
    ({"messages": [USER, {"role": "assistant", "tool_calls": [CALL]}]}, None, "messages"),
    ({"messages": [USER, {"role": "assistant", "tool_calls": [CALL]}, USER]}, None, "messages"),
    ({"model": ""}, "empty_string", "model"),
    ({"temperature": 3}, "decimal_above_max_value", "temperature"),
    ({"temperature": -1}, "decimal_below_min_value", "temperature"),
    ({"temperature": "foo"}, "invalid_type", "temperature"),
    ({"temperature": True}, "invalid_type", "temperature"),
    ({"top_p": 2}, "decimal_above_max_value", "top_p"),
    ({"presence_penalty": -3}, "decimal_below_min_value", "presence_penalty"),
    ({"frequency_penalty": 1e9}, "decimal_above_max_value", "frequency_penalty"),
    ({"n": 0}, "integer_below_min_value", "n"),
    ({"n": 1_000_000}, "integer_above_max_value", "n"),
    ({"n": "foo"}, "invalid_type", "n"),
    ({"n": 1.5}, "invalid_type", "n"),
    ({"seed": "x"}, "invalid_type", "seed"),
    ({"seed": 2**63}, "integer_above_max_value", "seed"),
    ({"max_tokens": 0}, "integer_below_min_value", "max_tokens"),
    ({"max_completion_tokens": -1}, "integer_below_min_value", "max_completion_tokens"),
    ({"max_tokens": 16_385}, "invalid_value", "max_tokens"),
    ({"max_tokens": 10**9}, "context_length_exceeded", "messages"),
    ({"max_tokens": 5, "max_completion_tokens": 5}, "invalid_parameter_combination", "max_tokens"),
    ({"top_logprobs": 2}, None, "top_logprobs"),
    ({"logprobs": True, "top_logprobs": 21}, "integer_above_max_value", "top_logprobs"),
    ({"logprobs": "x"}, "invalid_type", "logprobs"),
    ({"stream_options": {"include_usage": True}}, None, "stream_options"),
    ({"stream": "x"}, "invalid_type", "stream"),
    ({"parallel_tool_calls": True}, None, "parallel_tool_calls"),
    ({"tool_choice": "auto"}, None, "tool_choice"),
    ({"logit_bias": {"50256": 101}}, "integer_above_max_value", "logit_bias.50256"),
    ({"metadata": {str(number): "x" for number in range(17)}}, "object_above_max_properties", "metadata"),
    ({"metadata": {"k" * 65: "x"}}, "property_name_above_max_length", "metadata"),
    ({"metadata": {"k": "x" * 513}}, "string_above_max_length", "metadata.k"),
    ({"response_format": {"type": "xml"}}, "invalid_value", "response_format.type"),
    ({"response_format": "json"}, "invalid_type", "response_format"),
    ({"response_format": {"type": "json_object"}, "messages": [USER]}, None, "messages"),
    (shaped({"type": "objekt"}), "invalid_json_schema", "response_format"),
    (shaped({"type": "object", "properties": {}}, strict=True), "invalid_json_schema", "response_format"),
    (shaped({**STRICT, "required": []}, strict=True), "invalid_json_schema", "response_format"),
    (part(type="poem"), "invalid_value", "messages[0].content[0].type"),
    (part(type="text"), "missing_required_parameter", "messages[0].content[0].text"),
    (part(type="image_url", image_url={"url": "x"}), "invalid_image_url", "messages[0].content[0].image_url.url"),
    (part(type="input_audio", input_audio={}), "unsupported_parameter", "messages[0].content[0].input_audio"),
    ({"stop": ["a"] * 5}, "array_above_max_length", "stop"),
    ({"stop": 5}, "invalid_type", "stop"),
    ({"user": 123}, "invalid_type", "user"),
    ({"tools": {}}, "invalid_type", "tools"),
    ({"tools": []}, "empty_array", "tools"),
    ({"tools": [{"type": "custom"}]}, "invalid_value", "tools[0].type"),
    ({"tools": [{"type": "function", "function": {"name": "a b"}}]}, "invalid_value", "tools[0].function.name"),
    (
        {"tools": [{"type": "function", "function": {"name": "f", "strict": True, "parameters": {"type": "object"}}}]},
        "invalid_function_parameters",
        "tools[0].function.parameters",
    ),
    ({"functions": [{"name": "f"}]}, "unsupported_parameter", "functions"),
    ({"reasoning_effort": "huge"}, "invalid_value", "reasoning_effort"),
    ({"service_tier": "first"}, "invalid_value", "service_tier"),
    ({"mood": "good"}, "unknown_parameter", "mood"),
]


@pytest.mark.parametrize(("change", "code", "param"), REFUSED)
def test_a_refusal_has_openais_code_and_param(
    openai: Any, change: dict[str, Any], code: str | None, param: str | None
) -> None:
    """One wrong thing at a time; the four keys are always there, and a stream is refused alike."""
    reply = openai.chat(**change)
    error = reply.json()["error"]
    assert (400, "invalid_request_error", code, param) == (
        reply.status_code,
        error["type"],
        error["code"],
        error["param"],
    )
    assert {"message", "type", "param", "code"} == error.keys()
    if "stream" not in change and "stream_options" not in change:
        assert error == openai.chat(**change, stream=True).json()["error"]


WORDS = [
    (
        {"temperature": 3},
        "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.",
    ),
    ({"n": "two"}, "Invalid type for 'n': expected an integer, but got a string instead."),
    (
        {"messages": [{"role": "user", "content": 5}]},
        "Invalid type for 'messages[0].content': expected one of a string or array of objects, but got an integer instead.",
    ),
    (
        {"messages": [{"role": "king", "content": "x"}]},
        "Invalid value: 'king'. Supported values are: 'system', 'assistant', 'user', 'tool', and 'developer'.",
    ),
    ({"stop": ["a"] * 5}, "Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length 5 instead."),
    ({"max_tokens": 20_000}, "max_tokens is too large: 20000. This model supports at most 16384 completion tokens, whereas you provided 20000."),
]  # fmt: skip


@pytest.mark.parametrize(("change", "words"), WORDS)
def test_a_refusal_is_in_openais_words(openai: Any, change: dict[str, Any], words: str) -> None:
    """As recorded."""
    assert words == openai.chat(**change).json()["error"]["message"]


ACCEPTED: list[dict[str, Any]] = [
    {"stop": []},
    {"stop": None, "temperature": None, "tools": None, "tool_choice": None, "metadata": None, "n": None},
    {"logit_bias": {"1": 100, "2": -100}},
    {"messages": [{"role": "developer", "content": "Be brief."}, USER]},
    {"messages": [USER, {"role": "assistant", "content": "Yes.", "refusal": None, "annotations": []}, USER]},
    {"messages": [USER, {"role": "assistant", "content": None, "tool_calls": [CALL]},
                  {"role": "tool", "tool_call_id": "call_1", "content": [{"type": "text", "text": "5"}]}]},
    {"metadata": {str(number): "x" * 512 for number in range(16)}, "store": True},
    {"seed": -(2**63), "user": "u", "service_tier": "fast", "verbosity": "low", "prompt_cache_key": "k"},
    {"modalities": ["text"]},
    shaped(STRICT, strict=True),
]  # fmt: skip


@pytest.mark.parametrize("more", ACCEPTED)
def test_what_openai_takes_is_taken(openai: Any, more: dict[str, Any]) -> None:
    """Null counts as absent, and the model's own message may be sent back."""
    reply = openai.chat(**more)
    assert 200 == reply.status_code, reply.text


def test_every_key_of_a_completion_is_there_in_order(openai: Any) -> None:
    """As recorded in late 2025, with ids of the recorded form."""
    body = openai.chat(service_tier="fast").json()
    assert [
        "id", "object", "created", "model", "choices", "usage", "service_tier", "system_fingerprint"
    ] == list(body)  # fmt: skip
    assert (9 + 29, "priority") == (len(body["id"]), body["service_tier"])
    assert ["role", "content", "refusal", "annotations"] == list(body["choices"][0]["message"])


def test_the_head_has_openais_headers(openai: Any) -> None:
    """Replies and refusals alike; each has an id of its own."""
    heads = [openai.chat().headers, openai.chat(temperature=9).headers]
    for head in heads:
        assert "2020-10-01" == head["openai-version"]
        assert int(head["openai-processing-ms"]) >= 0
    assert heads[0]["x-request-id"] != heads[1]["x-request-id"]


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ({"status": 429}, "requests", "rate_limit_exceeded"),
        ({"status": 429, "code": "insufficient_quota"}, "insufficient_quota", "insufficient_quota"),
        ({"status": 429, "code": "slow_down"}, "service_unavailable_error", "slow_down"),
        ({"status": 503}, "service_unavailable_error", "server_is_overloaded"),
        ({"status": 500}, "server_error", None),
    ],
)
def test_failures_have_openais_types_and_codes(openai: Any, fault: dict[str, Any], kind: str, code: str | None) -> None:
    """By status, or by the code that is asked for; the status is always the one asked for."""
    armed = [{"do": "status", **fault}]
    openai.http.put(f"{openai.endpoint.control_url}/faults", json=armed).raise_for_status()
    reply = openai.chat()
    error = reply.json()["error"]
    assert (fault["status"], kind, code, None) == (reply.status_code, error["type"], error["code"], error["param"])


def test_rate_limits_are_counted(openai: Any) -> None:
    """Requests and tokens, of the profile's limits, each with a Go duration until it is whole."""
    before = int(openai.http.get("/models").headers["x-ratelimit-remaining-tokens"])
    reply = openai.chat()
    told = {name: text for name, text in reply.headers.items() if name.startswith("x-ratelimit-")}
    assert ("10000", "30000000") == (told["x-ratelimit-limit-requests"], told["x-ratelimit-limit-tokens"])
    assert int(told["x-ratelimit-remaining-requests"]) < 10_000
    assert before >= int(told["x-ratelimit-remaining-tokens"])
    assert re.fullmatch(r"\d+ms|[\d.]+s", told["x-ratelimit-reset-requests"])


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (-1, "0s"),
        (0.006, "6ms"),
        (0.5465, "547ms"),
        (1, "1s"),
        (360, "6m0s"),
        (172.8, "2m52.8s"),
        (3600.25, "1h0m0.25s"),
    ],
)
def test_durations_are_gos(seconds: float, text: str) -> None:
    """Those of the API reference, and the corners."""
    assert text == duration(seconds)


def test_images_and_files_are_counted(openai: Any) -> None:
    """Each at the profile's rate."""
    text = {"type": "text", "text": "See this"}
    image = {"type": "image_url", "image_url": {"url": PNG, "detail": "high"}}
    file = {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0="}}
    counts = [
        openai.chat(messages=[{"role": "user", "content": content}]).json()["usage"]["prompt_tokens"]
        for content in ([text], [text, image], [text, image, file])
    ]
    assert [counts[0], counts[0] + 765, counts[0] + 1530] == counts


def test_logprobs_say_each_token_and_what_else_it_might_have_been(openai: Any) -> None:
    """Tokens join to the content, bytes decode to the token, alternatives are sorted and never more than certain."""
    choice = openai.chat(logprobs=True, top_logprobs=5).json()["choices"][0]
    content = choice["logprobs"]["content"]
    assert choice["message"]["content"] == "".join(each["token"] for each in content)
    for each in content:
        assert each["token"] == bytes(each["bytes"]).decode()
        values = [other["logprob"] for other in each["top_logprobs"]]
        assert (5, sorted(values, reverse=True)) == (len(values), values)
        assert values[0] == each["logprob"] <= 0
        assert sum(map(math.exp, values)) <= 1 + 1e-9
        assert 5 == len({other["token"] for other in each["top_logprobs"]})


def test_logprobs_are_the_same_however_they_are_asked_for(openai: Any) -> None:
    """Streamed as plain, more alternatives or fewer, the whole answer or its beginning."""
    plain = openai.chat(logprobs=True, top_logprobs=2).json()["choices"][0]["logprobs"]["content"]
    chunks = openai.events(openai.chat(logprobs=True, top_logprobs=2, stream=True))
    streamed = [
        each
        for chunk in chunks
        for choice in chunk["choices"]
        for each in (choice["logprobs"] or {}).get("content", [])
    ]
    bare = openai.chat(logprobs=True, max_tokens=3).json()["choices"][0]["logprobs"]["content"]
    assert plain == streamed
    assert [{**each, "top_logprobs": []} for each in plain[:3]] == bare


def test_no_logprobs_unless_asked_for(openai: Any) -> None:
    """Null, and null beside a call."""
    assert openai.chat().json()["choices"][0]["logprobs"] is None
    called = openai.chat(logprobs=True, tools=openai.tools("a")).json()["choices"][0]
    assert ("tool_calls", None) == (called["finish_reason"], called["logprobs"])


def test_padding_can_be_switched_off(openai: Any) -> None:
    """On by default; its length is no function of the text's."""
    padded = openai.events(openai.chat(stream=True))
    bare = openai.events(openai.chat(stream=True, stream_options={"include_obfuscation": False}))
    assert all(chunk["obfuscation"] for chunk in padded)
    assert [{key: value for key, value in chunk.items() if key != "obfuscation"} for chunk in padded] == bare


def test_usage_is_null_on_chunks_only_when_asked_for(openai: Any) -> None:
    """Then the last one has it, and no choice."""
    chunks = openai.events(openai.chat(stream=True, stream_options={"include_usage": True}))
    assert {None} == {chunk["usage"] for chunk in chunks[:-1]}
    assert [] == chunks[-1]["choices"]
    assert openai.chat().json()["usage"] == chunks[-1]["usage"]
    assert not any("usage" in chunk for chunk in openai.events(openai.chat(stream=True)))


def test_reasoning_is_hidden_and_counted(openai: Any) -> None:
    """Not a word of it, plain or streamed; `none` does not think."""
    thought = openai.chat(reasoning_effort="low").json()
    details = thought["usage"]["completion_tokens_details"]
    assert 0 < details["reasoning_tokens"] < thought["usage"]["completion_tokens"]
    assert ["role", "content", "refusal", "annotations"] == list(thought["choices"][0]["message"])
    none = openai.chat(reasoning_effort="none").json()["usage"]
    assert 0 == none["completion_tokens_details"]["reasoning_tokens"]
    openai.chat(reasoning_effort="low", stream=True)
    entries = openai.http.get(f"{openai.endpoint.control_url}/journal").json()["entries"]
    assert entries[-1]["tokens"]["completion"] == entries[-1]["tokens"]["sent"]


def test_allowed_tools_bound_the_choice(openai: Any) -> None:
    """Only what is listed is called, though more is offered; an unknown name is refused."""
    named = {"type": "function", "function": {"name": "b"}}
    choice: dict[str, Any] = {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [named]}}
    said = openai.chat(tools=openai.tools("a", "b"), tool_choice=choice).json()["choices"][0]["message"]
    assert ["b"] == [call["function"]["name"] for call in said["tool_calls"]]
    choice["allowed_tools"]["tools"][0]["function"]["name"] = "c"
    refused = openai.chat(tools=openai.tools("a", "b"), tool_choice=choice).json()["error"]
    assert ("invalid_value", "tool_choice") == (refused["code"], refused["param"])


def test_unknown_models_paths_keys_and_methods(openai: Any) -> None:
    """404, 404, 401 and 405, each with OpenAI's code."""
    found = [
        openai.chat(model="gpt-9"),
        openai.http.get("/models/gpt-9"),
        openai.http.get("/nothing"),
        openai.http.get("/models", headers={"authorization": "Bearer sk-no"}),
        openai.http.get("/chat/completions"),
    ]
    assert [
        (404, "model_not_found"), (404, "model_not_found"), (404, "unknown_url"), (401, "invalid_api_key"),
        (405, "method_not_supported"),
    ] == [(reply.status_code, reply.json()["error"]["code"]) for reply in found]  # fmt: skip


def test_the_same_request_has_the_same_bytes_in_any_order(openai: Any) -> None:
    """Two hundred at once, then again backwards."""
    asks = [{"stream": number % 2 == 0, "seed": number % 40, "logprobs": True} for number in range(200)]
    with ThreadPoolExecutor(16) as pool:
        forth = list(pool.map(lambda ask: openai.chat(**ask).content, asks))
        back = list(pool.map(lambda ask: openai.chat(**ask).content, reversed(asks)))
    assert forth == back[::-1]


def test_a_lone_surrogate_or_a_nan_is_no_json(openai: Any) -> None:
    """400, not 500 (RFC 8259, 6 and 8.2)."""
    head = '{"model":"openai-generic","messages":[{"role":"user","content":"x"}],"temperature":%s}'
    for number in ("NaN", "Infinity", "1e999"):
        reply = openai.http.post("/chat/completions", content=head % number)
        assert (400, None) == (reply.status_code, reply.json()["error"]["code"])
    odd = json.dumps({"model": "openai-generic", "messages": [{"role": "user", "content": "\ud800"}]})
    assert 400 == openai.http.post("/chat/completions", content=odd).status_code
