"""The official SDK as second opinion, and what vLLM's own parameters do."""

from collections.abc import Iterator
from typing import Any

import openai
import pytest

TOOLS: list[Any] = [
    {
        "type": "function",
        "function": {"name": name, "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}}},
    }
    for name in ("one", "two")
]
USER: list[Any] = [{"role": "user", "content": "Hello"}]
MODEL = "qwen3-235b-a22b"


@pytest.fixture(params=["vllm", "sglang"])
def sdk(request: pytest.FixtureRequest) -> Iterator[openai.OpenAI]:
    endpoint = request.getfixturevalue(request.param).endpoint
    with openai.OpenAI(base_url=endpoint.base_url, api_key="sk-sim-self", max_retries=0) as made:
        yield made


def test_plain_and_streamed_say_the_same(sdk: openai.OpenAI) -> None:
    """With thinking: the reasoning in the server's own field, then the answer; usage adds up."""
    plain = sdk.chat.completions.create(model=MODEL, messages=USER, seed=3)
    stream = sdk.chat.completions.create(
        model=MODEL, messages=USER, seed=3, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    message: Any = plain.choices[0].message
    field = "reasoning" if hasattr(message, "reasoning") else "reasoning_content"
    assert message.content == "".join(delta.content or "" for delta in deltas)
    assert getattr(message, field) == "".join(getattr(delta, field, None) or "" for delta in deltas)
    assert plain.usage
    assert chunks[-1].usage
    assert plain.usage.completion_tokens == chunks[-1].usage.completion_tokens


def test_the_stream_helper_puts_tool_calls_together(sdk: openai.OpenAI) -> None:
    """Two parallel calls, the name in the first piece only."""
    off = {"chat_template_kwargs": {"enable_thinking": False}}
    with sdk.chat.completions.stream(model=MODEL, messages=USER, tools=TOOLS, extra_body=off) as stream:
        final = stream.get_final_completion()
    made = final.choices[0].message.tool_calls
    assert made
    assert {"one", "two"} == {call.function.name for call in made}
    assert "tool_calls" == final.choices[0].finish_reason


def test_logprobs_are_typed(sdk: openai.OpenAI) -> None:
    """For each token of the text, with so many alternatives."""
    off = {"chat_template_kwargs": {"enable_thinking": False}}
    reply = sdk.chat.completions.create(
        model=MODEL, messages=USER, logprobs=True, top_logprobs=3, max_tokens=4, extra_body=off
    )
    scores = reply.choices[0].logprobs
    assert scores
    assert scores.content
    assert reply.choices[0].message.content == "".join(token.token for token in scores.content)
    assert [3, 3, 3, 3] == [len(token.top_logprobs) for token in scores.content]


def test_errors_are_typed(sdk: openai.OpenAI) -> None:
    """Also where the body is one word."""
    with pytest.raises(openai.BadRequestError):
        sdk.chat.completions.create(model=MODEL, messages=USER, temperature=-1)
    with pytest.raises(openai.NotFoundError):
        sdk.chat.completions.create(model="m", messages=USER)
    with pytest.raises(openai.AuthenticationError) as caught:
        sdk.with_options(api_key="sk-wrong").models.list()
    assert caught.value.code is None


@pytest.mark.parametrize("asked", [None, {"enable_thinking": True}, {"enable_thinking": False}])
def test_thinking_is_switched_by_the_chat_template(vllm: Any, asked: Any) -> None:
    """It is on unless switched off."""
    message = vllm.ask(chat_template_kwargs=asked).json()["choices"][0]["message"]
    assert (asked != {"enable_thinking": False}) == bool(message["reasoning"])


def test_a_thinking_budget_bounds_the_reasoning(vllm: Any) -> None:
    """So many tokens of it, and then the answer."""
    deltas = vllm.ask(chat_template_kwargs=None, thinking_token_budget=4, stream=True).text
    assert 4 == deltas.count('"delta":{"reasoning":')
    assert '"delta":{"content":"' in deltas


def test_reasoning_can_be_left_out(vllm: Any) -> None:
    """It is made and counted all the same."""
    hidden = vllm.ask(chat_template_kwargs=None, include_reasoning=False, stream=True)
    assert '"reasoning"' not in hidden.text
    reply = vllm.ask(chat_template_kwargs=None, include_reasoning=False).json()
    assert reply["choices"][0]["message"]["reasoning"] is None
    assert reply["usage"]["completion_tokens"] > len(reply["choices"][0]["message"]["content"].split())


def test_the_model_may_be_left_out(vllm: Any) -> None:
    """The one that is served answers."""
    assert MODEL == vllm.ask(model=None).json()["model"]


def test_request_ids_are_echoed_only_by_a_quirk(vllm: Any, echoing: Any) -> None:
    """What came is said back, else one is made up; without the quirk there is none."""
    given = {"x-request-id": "abc-1"}
    assert "x-request-id" not in vllm.http.get("/health", headers=given).headers
    assert "abc-1" == echoing.http.get("/health", headers=given).headers["x-request-id"]
    assert 32 == len(echoing.http.get("/health").headers["x-request-id"])


def test_the_stop_sequence_ends_the_answer_and_is_named(vllm: Any) -> None:
    """Not said, but told in stop_reason."""
    whole = vllm.ask().json()["choices"][0]["message"]["content"]
    word = whole.split()[3]
    choice = vllm.ask(stop=[word]).json()["choices"][0]
    assert ("stop", word, whole[: whole.index(word)]) == (
        choice["finish_reason"],
        choice["stop_reason"],
        choice["message"]["content"],
    )
