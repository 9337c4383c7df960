"""Anthropic's own OpenAPI file accepts every reply, event and error, whatever was asked for; and so do both versions."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

spec = importlib.util.spec_from_file_location("specs", Path(__file__).parents[2] / "test_specs.py")
assert spec
assert spec.loader
specs = importlib.util.module_from_spec(spec)
spec.loader.exec_module(specs)

LONG = "word " * 2300
MAGIC = "ANTHROPIC_MAGIC_STRING_TRIGGER_{}_" + "0" * 64
CONTROLS = st.sampled_from([None, {"type": "ephemeral"}, {"type": "ephemeral", "ttl": "1h"}])
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False}
TOOLS = [{"name": name, "input_schema": SCHEMA} for name in ("one", "two")]
CHOICES: list[dict[str, Any]] = [
    {"type": "auto"},
    {"type": "auto", "disable_parallel_tool_use": True},
    {"type": "any"},
    {"type": "tool", "name": "two"},
    {"type": "none"},
]
REQUESTS = st.fixed_dictionaries(
    {"max_tokens": st.sampled_from([0, 1, 7, 40, 4000])},
    optional={
        "thinking": st.sampled_from(
            [{"type": "disabled"}, {"type": "adaptive"}, {"type": "adaptive", "display": "summarized"}]
        ),
        "stop_sequences": st.sampled_from([[], ["the"], ["e", "and"]]),
        "tools": st.just(TOOLS),
        "tool_choice": st.sampled_from(CHOICES),
        "system": st.sampled_from(["", "be kind", [{"type": "text", "text": LONG}]]),
        "cache_control": CONTROLS,
        "metadata": st.just({"user_id": "u"}),
        "service_tier": st.sampled_from(["auto", "standard_only"]),
        "inference_geo": st.sampled_from(["us", "global"]),
        "output_config": st.fixed_dictionaries(
            {},
            optional={
                "effort": st.sampled_from(["low", "medium", "high", "xhigh", "max"]),
                "format": st.just({"type": "json_schema", "schema": SCHEMA}),
            },
        ),
    },
)
TEXTS = st.sampled_from(["hi", "你好", LONG, MAGIC.format("REFUSAL"), MAGIC.format("REDACTED_THINKING")])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS, REQUESTS, st.sampled_from(["2023-06-01", "2026-10-21"]))
def test_whatever_is_asked_the_specification_holds(
    anthropic: Any, text: str, more: dict[str, Any], version: str
) -> None:
    """A Message or an ErrorResponse; the streamed answer has the same content, and each of its events fits."""
    headers = {"anthropic-version": version}
    plain = anthropic.post(anthropic.body(text, **more), **headers)
    if plain.status_code != 200:
        specs.check("ErrorResponse", plain.json())
        return
    message = plain.json()
    specs.check("Message", message)
    usage = message["usage"]
    assert usage["cache_creation_input_tokens"] == sum(usage["cache_creation"].values())
    streamed = anthropic.post(anthropic.body(text, stream=True, **more), **headers)
    assert _kinds(message) == _checked(streamed.text)


def _kinds(message: dict[str, Any]) -> list[str]:
    return [block["type"] for block in message["content"]]


def _checked(stream: str) -> list[str]:
    """The kinds of the blocks of a stream, after each event has been held against the specification."""
    kinds = []
    for line in stream.split("\n"):
        if line.startswith("data: ") and '"ping"' not in line:
            event = json.loads(line.removeprefix("data: "))
            specs.check("MessageStreamEvent", event)
            kinds += [event["content_block"]["type"]] if event["type"] == "content_block_start" else []
    return kinds


@pytest.mark.parametrize("header", ["authorization", "x-api-key"])
@pytest.mark.parametrize("version", ["2023-06-01", "2026-10-21"])
def test_both_versions_take_both_keys(anthropic: Any, header: str, version: str) -> None:
    """In any combination."""
    key = anthropic.endpoint.api_key
    value = f"Bearer {key}" if header == "authorization" else key
    headers = {header: value, "anthropic-version": version}
    reply = anthropic.http.post(anthropic.origin + anthropic.path, json=anthropic.body(), headers=headers)
    assert 200 == reply.status_code


@pytest.mark.parametrize("name", ["temperature", "top_p", "top_k"])
@pytest.mark.parametrize("version", ["2023-06-01", "2026-10-21"])
def test_sampling_is_refused_even_at_its_default(anthropic: Any, name: str, version: str) -> None:
    """In both versions, and when tokens are only counted."""
    body = anthropic.body(**{name: 1})
    counted = {field: part for field, part in body.items() if field != "max_tokens"}
    headers = {**anthropic.headers, "anthropic-version": version}
    for path, asked in (("/v1/messages", body), ("/v1/messages/count_tokens", counted)):
        reply = anthropic.http.post(anthropic.origin + path, json=asked, headers=headers)
        assert (400, f"`{name}` is deprecated for this model.") == (reply.status_code, reply.json()["error"]["message"])
