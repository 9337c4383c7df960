"""What is refused, and what the official SDK makes of it; no side sees the other's key."""

import json
from typing import Any

import openai
import pytest

MODELS = ["qwen3-235b-a22b", "deepseek-v4-pro", "claude-opus-4-7"]
HI: Any = [{"role": "user", "content": "Say hello."}]
each_model = pytest.mark.parametrize("model", MODELS)


def test_a_wrong_key(stack: Any) -> None:
    """AuthenticationError, and no upstream hears of it."""
    with stack.client(api_key="sk-wrong") as client, pytest.raises(openai.AuthenticationError) as caught:
        client.chat.completions.create(model=MODELS[0], messages=HI)
    assert "invalid_api_key" == caught.value.code
    assert [] == [entry for name in MODELS for entry in stack.journal(name)]


def test_an_unknown_model(client: openai.OpenAI) -> None:
    """NotFoundError."""
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="gpt-nothing", messages=HI)
    assert ("model_not_found", "model") == (caught.value.code, caught.value.param)
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-nothing")


@each_model
def test_a_bad_request(client: openai.OpenAI, model: str) -> None:
    """BadRequestError, whoever notices it: the gateway, or the upstream in its own words."""
    with pytest.raises(openai.BadRequestError) as ours:
        client.chat.completions.create(model=model, messages=HI, temperature=9)
    assert "temperature" == ours.value.param
    turns: Any = [*HI, {"role": "tool", "tool_call_id": "never-made", "content": "x"}]
    with pytest.raises(openai.BadRequestError) as theirs:
        client.chat.completions.create(model=model, messages=turns)
    assert theirs.value.message


@each_model
def test_the_key_of_no_side_is_on_the_other(client: openai.OpenAI, stack: Any, model: str) -> None:
    """SEC-05: the journal has the upstream's own key, by its fingerprint, and no trace of the client's."""
    client.chat.completions.create(model=model, messages=HI)
    with stack.client(api_key="sk-other") as other, pytest.raises(openai.AuthenticationError):
        other.chat.completions.create(model=model, messages=HI)
    (entry,) = stack.journal(model)
    assert entry["key"].startswith("sha256:")
    assert "novastack-dev" not in json.dumps(entry)
    assert not {"cookie", "x-stainless-lang", "user-agent"} & entry["headers"].keys()
