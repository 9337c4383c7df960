"""What every dialect promises, held for all of them on a socket: limits, stops, tool choice, shapes, languages, usage."""

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SCHEMA = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "pattern": "^[A-Z]{2}-\\d{4}$"},
        "when": {"type": "string", "format": "date-time"},
        "tree": {"$ref": "#/$defs/node"},
        "kind": {"oneOf": [{"const": "a"}, {"type": "integer", "multipleOf": 5}]},
    },
    "required": ["id", "when", "tree", "kind"],
    "additionalProperties": False,
    "$defs": {
        "node": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "kids": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
            "required": ["name", "kids"],
            "additionalProperties": False,
        }
    },
}
BAD = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 3, "maximum": 2}}, "required": ["n"]}
# No profile puts more tokens into a delta.
WIDEST = 6
LANGUAGES = (
    "你好 请介绍一下北京",
    "Расскажи про Москву",
    "كيف حالك؟",
    "こんにちは 元気ですか",
    "नमस्ते",
    "👩‍👩‍👧‍👦 ok",
    "e\u0301 ﬁ",
)


def is_anthropic(client: Any) -> bool:
    return bool(client.endpoint.dialect == "anthropic")


def tools(client: Any, *names: str, schema: Any = SCHEMA) -> list[dict[str, Any]]:
    if is_anthropic(client):
        return [{"name": name, "input_schema": schema} for name in names]
    return [{"type": "function", "function": {"name": name, "parameters": schema}} for name in names]


def choice(client: Any, kind: str) -> dict[str, Any]:
    """A tool choice in the spelling of the wire."""
    if is_anthropic(client):
        spelt = {"required": {"type": "any"}, "named": {"type": "tool", "name": "b"}}
        return {"tool_choice": spelt.get(kind, {"type": kind})}
    return {"tool_choice": {"type": "function", "function": {"name": "b"}} if kind == "named" else kind}


def shaped(client: Any, schema: Any) -> dict[str, Any]:
    if is_anthropic(client):
        return {"output_config": {"format": {"type": "json_schema", "schema": schema}}}
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "it", "schema": schema}}}


def tool_turns(client: Any, heard: Any) -> list[Any]:
    """The conversation after the calls that were heard have been answered."""
    user, body = {"role": "user", "content": "Hello there"}, heard.reply.json()
    if is_anthropic(client):
        results = [{"type": "tool_result", "tool_use_id": block["id"], "content": "fine"} for block in body["content"]]
        return [user, {"role": "assistant", "content": body["content"]}, {"role": "user", "content": results}]
    said = body["choices"][0]["message"]
    return [
        user,
        said,
        *({"role": "tool", "tool_call_id": call["id"], "content": "fine"} for call in said["tool_calls"]),
    ]


@pytest.mark.parametrize("limit", [1, 2, 13])
@pytest.mark.parametrize("stream", [False, True])
def test_a_limit_is_exact_in_any_language(anyone: Any, limit: int, stream: bool) -> None:
    """So many tokens, no more and no less, also where a character takes several."""
    heard = anyone.hear(LANGUAGES[0], max_tokens=limit, stream=stream)
    assert limit == heard.completion
    assert ("max_tokens" if is_anthropic(anyone) else "length") == heard.finish


@pytest.mark.parametrize("text", LANGUAGES)
def test_any_language_is_answered_in_whole_characters(anyone: Any, text: str) -> None:
    """No delta holds half a character, and the deltas are the plain answer."""
    streamed = anyone.hear(text, stream=True)
    assert "\ufffd" not in streamed.text
    assert anyone.hear(text).text == "".join(streamed.deltas)


@pytest.mark.parametrize(("start", "length"), [(0, 3), (7, 1), (11, 9), (20, 40)])
def test_no_part_of_a_stop_sequence_leaks_into_a_stream(anyone: Any, start: int, length: int) -> None:
    """Wherever it stands, inside a token or over many: the stream ends before its first letter."""
    whole = anyone.hear().text
    stop = whole[start : start + length]
    name = "stop_sequences" if is_anthropic(anyone) else "stop"
    heard = anyone.hear(**{name: [stop if stop.strip() else whole[start : start + 4]]}, stream=True)
    assert whole[: whole.index(stop if stop.strip() else whole[start : start + 4])] == heard.text


def test_another_seed_says_something_else(fleet: dict[str, Any]) -> None:
    """Where the wire has a seed; the same one says the same."""
    for dialect in ("dashscope", "deepseek", "openai", "vllm"):
        first, same, other = (fleet[dialect].hear(seed=seed).text for seed in (1, 1, 2))
        assert (first, True) == (same, first != other)


@pytest.mark.parametrize(("kind", "called"), [("none", 0), ("auto", 2), ("required", 2), ("named", 1)])
@pytest.mark.parametrize("stream", [False, True])
def test_tool_choice_is_obeyed(anyone: Any, kind: str, called: int, stream: bool) -> None:
    """So many calls, each with arguments that fit, plain and streamed."""
    heard = anyone.hear(tools=tools(anyone, "a", "b"), **choice(anyone, kind), stream=stream)
    assert called == len(heard.calls)
    assert all(jsonschema_rs.is_valid(SCHEMA, made, validate_formats=True) for made in heard.arguments())
    assert kind != "named" or ["b"] == [call["name"] for call in heard.calls.values()]
    assert bool(called) != bool(heard.text)


def test_only_allowed_tools_are_called(fleet: dict[str, Any]) -> None:
    """OpenAI's allowed_tools, with its two modes."""
    client = fleet["openai"]
    listed = [{"type": "function", "function": {"name": "b"}}]
    for mode in ("auto", "required"):
        allowed = {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": listed}}
        heard = client.hear(tools=tools(client, "a", "b", "c"), tool_choice=allowed)
        assert ["b"] == [call["name"] for call in heard.calls.values()]


@pytest.mark.parametrize("stream", [False, True])
def test_a_shape_is_kept_and_holds_the_canary(anyone: Any, stream: bool) -> None:
    """The answer fits the caller's schema and says the canary once where the schema has room for it."""
    heard = anyone.hear("json for canary:abcd-1234", **shaped(anyone, SCHEMA), stream=stream)
    assert jsonschema_rs.is_valid(SCHEMA, json.loads(heard.text), validate_formats=True)
    assert 1 == heard.text.count("canary:abcd-1234")


def test_with_tools_and_a_shape_the_calls_come_first(anyone: Any) -> None:
    """Then, after the results, the answer in its shape: so the loop ends."""
    asked = {"tools": tools(anyone, "a", "b"), **shaped(anyone, SCHEMA)}
    first = anyone.hear(**asked)
    assert (2, "") == (len(first.calls), first.text)
    last = anyone.hear(messages=tool_turns(anyone, first), **asked)
    assert 0 == len(last.calls)
    assert jsonschema_rs.is_valid(SCHEMA, json.loads(last.text), validate_formats=True)


@pytest.mark.parametrize("schema", [BAD, {"type": "object", "properties": {"n": {"type": "text"}}}])
def test_a_schema_that_nothing_fits_is_refused(anyone: Any, schema: Any) -> None:
    """As a bad request that names the place, for tools and for shapes."""
    for asked in ({"tools": tools(anyone, "a", schema=schema)}, shaped(anyone, schema)):
        reply = anyone.ask(**asked)
        assert 400 == reply.status_code
        assert "properties.n" in reply.text


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(1, 60), st.integers(1, 70), st.booleans(), st.booleans())
def test_usage_and_journal_count_what_was_sent(anyone: Any, limit: int, cut: int, calls: bool, cuts: bool) -> None:
    """Whatever the limit and wherever the cut: completion is what the answer has, `sent` what left before the cut."""
    anyone.http.post(f"{anyone.endpoint.control_url}/reset").raise_for_status()
    more: dict[str, Any] = {"max_tokens": limit, "stream": True} | ({"tools": tools(anyone, "a")} if calls else {})
    whole = anyone.hear(**more)
    assert whole.completion == anyone.journal()[-1]["tokens"]["sent"] <= limit
    if cuts:
        # What has been seen before may be cached, and then usage says so.
        anyone.http.post(f"{anyone.endpoint.control_url}/reset").raise_for_status()
        anyone.arm({"do": "cut", "at": {"after_tokens": cut}}).raise_for_status()
        received = anyone.broken(**more)
        tokens = anyone.journal()[-1]["tokens"]
        assert min(cut, whole.completion) <= tokens["sent"] <= min(cut + WIDEST, whole.completion)
        assert whole.completion == tokens["completion"]
        assert whole.reply.content.startswith(received)
