"""Each fault of the simulators, seen through the gateway by the official SDK; and clients that leave."""

import contextlib
from typing import Any

import httpx
import openai
import pytest

MODELS = ["qwen3-235b-a22b", "deepseek-v4-pro", "claude-opus-4-7"]
HI: Any = [{"role": "user", "content": "Tell me a long story."}]
BOTH = pytest.mark.parametrize("stream", [False, True])
each_model = pytest.mark.parametrize("model", MODELS)


def ask(client: openai.OpenAI, model: str, *, stream: bool = False) -> list[Any]:
    """All of an answer."""
    answer: Any = client.chat.completions.create(model=model, messages=HI, stream=stream)
    return list(answer) if stream else [answer]


@each_model
@BOTH
@pytest.mark.parametrize(
    "told",
    [(500, 502, "upstream_error"), (503, 503, "upstream_overloaded"), (401, 502, "upstream_auth_error")],
    ids=["500", "503", "401"],
)
def test_a_status(client: openai.OpenAI, stack: Any, model: str, stream: bool, told: tuple[int, int, str]) -> None:
    """InternalServerError with the gateway's code; the log knows it too."""
    status, *expected = told
    stack.arm(model, do="status", at="before_headers", status=status)
    with pytest.raises(openai.InternalServerError) as caught:
        ask(client, model, stream=stream)
    assert expected == [caught.value.status_code, caught.value.code]
    settled = stack.settled()
    assert [*expected, model] == [settled.status, settled.error, settled.upstream]


@each_model
def test_a_limit_of_the_upstream(client: openai.OpenAI, stack: Any, model: str) -> None:
    """RateLimitError, with the time to wait."""
    stack.arm(model, do="status", at="before_headers", status=429, retry_after=7)
    with pytest.raises(openai.RateLimitError) as caught:
        ask(client, model)
    assert ("7", "upstream_rate_limited") == (caught.value.response.headers["retry-after"], caught.value.code)


@each_model
@BOTH
def test_a_silent_upstream(client: openai.OpenAI, stack: Any, model: str, stream: bool) -> None:
    """504 when the first byte does not come, and the upstream is left."""
    stack.arm(model, do="stall", at="before_headers", **{"for": "forever"})
    with pytest.raises(openai.InternalServerError) as caught:
        ask(client, model, stream=stream)
    assert (504, "upstream_timeout") == (caught.value.status_code, caught.value.code)
    assert stack.cancelled(model)["cancelled_at"]


@each_model
@pytest.mark.parametrize("at", ["before_finish", "before_done", {"after_tokens": 3}])
@pytest.mark.parametrize("do", ["cut", "stall"])
def test_a_stream_that_breaks(client: openai.OpenAI, stack: Any, model: str, at: Any, do: str) -> None:
    """STR-03: the SDK raises inside the stream, and the exchange is no 200."""
    stack.arm(model, do=do, at=at, **({"for": "forever"} if do == "stall" else {}))
    code = {"cut": "upstream_broken", "stall": "upstream_timeout"}[do]
    got: list[Any] = []
    with pytest.raises(openai.APIError) as caught:
        got += list_into(got, client.chat.completions.create(model=model, messages=HI, stream=True))
    assert code == caught.value.code
    assert got
    assert code == stack.settled().error


def list_into(got: list[Any], stream: Any) -> list[Any]:
    """Keeps what came before the stream broke."""
    for chunk in stream:
        got.append(chunk)  # noqa: PERF402 - the stream breaks, and what came must be kept
    return []


@each_model
@BOTH
def test_a_cut_before_the_answer(client: openai.OpenAI, stack: Any, model: str, stream: bool) -> None:
    """502: nothing was sent yet, so there is a status for it."""
    stack.arm(model, do="cut", at="before_headers")
    with pytest.raises(openai.InternalServerError) as caught:
        ask(client, model, stream=stream)
    assert (502, "upstream_broken") == (caught.value.status_code, caught.value.code)


@each_model
def test_after_a_fault_all_is_well(client: openai.OpenAI, stack: Any, model: str) -> None:
    """No connection, slot or state is left behind."""
    stack.arm(model, do="cut", at={"after_tokens": 2})
    for _ in range(3):
        with pytest.raises(openai.APIError):
            ask(client, model, stream=True)
    stack.disarm(model)
    assert ask(client, model, stream=True)
    assert ask(client, model)


@each_model
def test_a_client_killed_in_the_middle_of_a_stream(stack: Any, model: str) -> None:
    """STR-07: the simulator's journal shows the cancellation, within a second; the exchange is a 499."""
    stack.arm(model, do="stall", at={"after_tokens": 3}, **{"for": 30})
    body = {"model": model, "messages": HI, "stream": True}
    headers = {"authorization": "Bearer sk-novastack-dev", "x-request-id": "killed"}
    with (
        httpx.Client(trust_env=False, verify=False) as http,
        http.stream("POST", f"{stack.url}/v1/chat/completions", json=body, headers=headers) as reply,
    ):
        assert 200 == reply.status_code
        next(reply.iter_raw())
    entry = stack.cancelled(model)
    assert "killed" == entry["request_id"]
    assert entry["cancelled_at"] - entry["first_byte"] < 1.0
    assert (499, "killed") == ((settled := stack.settled()).status, settled.request_id)


@each_model
def test_a_client_killed_while_it_waits(stack: Any, model: str) -> None:
    """Before the first byte as well."""
    stack.arm(model, do="stall", at="before_headers", **{"for": 30})
    body = {"model": model, "messages": HI}
    headers = {"authorization": "Bearer sk-novastack-dev"}
    with contextlib.suppress(httpx.ReadTimeout), httpx.Client(trust_env=False, verify=False, timeout=0.2) as http:
        http.post(f"{stack.url}/v1/chat/completions", json=body, headers=headers)
    entry = stack.cancelled(model)
    assert entry["cancelled_at"] - entry["arrived"] < 1.2
    assert 499 == stack.settled().status
