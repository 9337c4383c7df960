"""Requests mean what they say, over a real socket: limits, stops, choices, tools, formats, usage, determinism."""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jsonschema_rs
import pytest

PLACE = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1, "maximum": 7}},
    "required": ["city", "days"],
}


@pytest.fixture
def client(anyone: Any) -> Any:
    """All five dialects."""
    return anyone


@pytest.fixture(params=["dashscope", "deepseek", "openai", "vllm"])
def openai_like(request: pytest.FixtureRequest, fleet: dict[str, Any]) -> Any:
    """All that speak OpenAI's wire."""
    client = fleet[request.param]
    client.http.post(f"{client.endpoint.control_url}/reset").raise_for_status()
    return client


def tools(client: Any, *names: str) -> list[dict[str, Any]]:
    if client.endpoint.dialect == "anthropic":
        return [{"name": name, "input_schema": PLACE} for name in names]
    return [{"type": "function", "function": {"name": name, "parameters": PLACE}} for name in names]


def text(reply: Any) -> str:
    body = reply.json()
    if "content" in body:
        return "".join(block.get("text", "") for block in body["content"])
    return str(body["choices"][0]["message"]["content"])


def finish(reply: Any) -> str:
    body = reply.json()
    return str(body["stop_reason"] if "content" in body else body["choices"][0]["finish_reason"])


def calls(reply: Any) -> list[Any]:
    """The arguments of each call."""
    body = reply.json()
    if "content" in body:
        return [block["input"] for block in body["content"] if block["type"] == "tool_use"]
    return [json.loads(call["function"]["arguments"]) for call in body["choices"][0]["message"].get("tool_calls", [])]


def events(reply: Any) -> list[Any]:
    lines = [line.removeprefix("data: ") for line in reply.text.split("\n") if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def streamed(reply: Any) -> str:
    said = ""
    for event in events(reply):
        for choice in event.get("choices", ()):
            said += choice["delta"].get("content") or ""
        said += event.get("delta", {}).get("text", "")
    return said


def test_max_tokens_gives_a_prefix_and_says_so(client: Any) -> None:
    """Seven tokens of the same text, counted as seven."""
    whole, cut = client.ask(), client.ask(max_tokens=7)
    usage = cut.json()["usage"]
    assert text(whole).startswith(text(cut))
    assert 7 == usage.get("completion_tokens", usage.get("output_tokens"))
    assert ("max_tokens" if client.endpoint.dialect == "anthropic" else "length") == finish(cut)


def test_a_stop_sequence_cuts(client: Any) -> None:
    """The text ends before it."""
    whole = text(client.ask())
    name = "stop_sequences" if client.endpoint.dialect == "anthropic" else "stop"
    cut = client.ask(**{name: [whole[25:33]]})
    assert whole[: whole.index(whole[25:33])] == text(cut)
    assert ("stop_sequence" if client.endpoint.dialect == "anthropic" else "stop") == finish(cut)


def test_a_stream_says_what_the_plain_answer_says(client: Any) -> None:
    """Same words, same id, same usage."""
    plain, stream = client.ask(), client.ask(stream=True)
    assert text(plain) == streamed(stream)
    first = events(stream)[0]
    assert plain.json()["id"] == first.get("id", first.get("message", {}).get("id"))


def test_n_gives_so_many_choices(openai_like: Any) -> None:
    """Different ones, plain and streamed, each with its own finish."""
    plain = openai_like.ask(n=3).json()
    assert 3 == len({choice["message"]["content"] for choice in plain["choices"]})
    finishes = [
        choice["index"]
        for event in events(openai_like.ask(n=3, stream=True))
        for choice in event["choices"]
        if choice["finish_reason"]
    ]
    assert [0, 1, 2] == finishes


def test_usage_comes_in_the_stream_when_asked(dashscope: Any) -> None:
    """One last chunk without choices, equal to the plain answer's; unasked none."""
    asked = events(dashscope.ask(stream=True, stream_options={"include_usage": True}))
    assert ([], dashscope.ask().json()["usage"]) == (asked[-1]["choices"], asked[-1]["usage"])
    assert [None] * (len(asked) - 1) == [event["usage"] for event in asked[:-1]]
    assert all(event["usage"] is None for event in events(dashscope.ask(stream=True)))


def test_deepseek_usage_is_on_the_finish_chunk(deepseek: Any) -> None:
    """Hits and misses add up to the prompt."""
    last = events(deepseek.ask(stream=True, thinking=None))[-1]
    usage = last["usage"]
    assert "stop" == last["choices"][0]["finish_reason"]
    assert usage["prompt_tokens"] == usage["prompt_cache_hit_tokens"] + usage["prompt_cache_miss_tokens"]
    assert 0 < usage["completion_tokens_details"]["reasoning_tokens"] < usage["completion_tokens"]


@pytest.mark.parametrize(("names", "expected"), [(("a",), 1), (("a", "b"), 2), (("a", "b", "c"), 2)])
def test_tools_are_called_with_arguments_that_fit(client: Any, names: tuple[str, ...], expected: int) -> None:
    """One call for one tool, two at once for more; then the model answers."""
    reply = client.ask(tools=tools(client, *names))
    made = calls(reply)
    assert expected == len(made)
    assert all(jsonschema_rs.is_valid(PLACE, arguments) for arguments in made)
    assert ("tool_use" if client.endpoint.dialect == "anthropic" else "tool_calls") == finish(reply)


def test_parallel_calls_can_be_switched_off(client: Any) -> None:
    """One call, although there are two tools."""
    off: dict[str, Any] = (
        {"tool_choice": {"type": "auto", "disable_parallel_tool_use": True}}
        if client.endpoint.dialect == "anthropic"
        else {"parallel_tool_calls": False}
    )
    assert 1 == len(calls(client.ask(tools=tools(client, "a", "b"), **off)))


def test_an_agent_loop_ends(client: Any) -> None:
    """After the tools' results the model answers."""
    first = client.ask(tools=tools(client, "a", "b")).json()
    user = {"role": "user", "content": "Hello there"}
    if client.endpoint.dialect == "anthropic":
        results: list[Any] = [
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": block["id"], "content": "fine"} for block in first["content"]
                ],
            }
        ]
        said = {"role": "assistant", "content": first["content"]}
    else:
        said = first["choices"][0]["message"]
        results = [{"role": "tool", "tool_call_id": call["id"], "content": "fine"} for call in said["tool_calls"]]
    reply = client.ask(messages=[user, said, *results], tools=tools(client, "a", "b"))
    assert ([], True) == (calls(reply), bool(text(reply)))


def test_structured_output_fits_the_schema(client: Any) -> None:
    """json_schema in either spelling."""
    asked: dict[str, Any] = (
        {"output_config": {"format": {"type": "json_schema", "schema": PLACE}}}
        if client.endpoint.dialect == "anthropic"
        else {"response_format": {"type": "json_schema", "json_schema": {"name": "place", "schema": PLACE}}}
    )
    assert jsonschema_rs.is_valid(PLACE, json.loads(text(client.ask(**asked))))


def test_json_mode_gives_an_object(openai_like: Any) -> None:
    """Some JSON object, with the canary in it."""
    reply = openai_like.ask("as json please canary:deadbeef", response_format={"type": "json_object"})
    assert isinstance(json.loads(text(reply)), dict)
    assert 1 == text(reply).count("canary:deadbeef")


def test_null_counts_as_absent(client: Any) -> None:
    """An explicit null changes nothing, not even a byte."""
    absent = ("tools", "tool_choice", "stream") + (
        () if client.endpoint.dialect == "anthropic" else ("n", "stop", "seed")
    )
    assert client.ask().content == client.ask(**dict.fromkeys(absent)).content


def test_openai_likes_ignore_unknown_fields(openai_like: Any) -> None:
    """For compatibility; OpenAI itself refuses them."""
    reply = openai_like.ask(brand_new=5)
    if openai_like.endpoint.dialect == "openai":
        assert (400, True) == (reply.status_code, "brand_new" in reply.text)
    else:
        assert openai_like.ask().content == reply.content


def test_count_tokens_counts_what_messages_will(anthropic: Any) -> None:
    """The same number that the answer's usage has."""
    body = {name: part for name, part in anthropic.body("How many tokens is this?").items() if name != "max_tokens"}
    reply = anthropic.http.post(f"{anthropic.origin}/v1/messages/count_tokens", json=body, headers=anthropic.headers)
    assert {"input_tokens": anthropic.ask("How many tokens is this?").json()["usage"]["input_tokens"]} == reply.json()


def test_models_and_one_model(client: Any) -> None:
    """The list, its first model, and a 404 for another."""
    listed = client.http.get(f"{client.origin}/v1/models", headers=client.headers).json()["data"]
    one = client.http.get(f"{client.origin}/v1/models/{client.endpoint.models[0]}", headers=client.headers).json()
    assert one == listed[0]
    other = client.http.get(f"{client.origin}/v1/models/none", headers=client.headers).status_code
    assert (400 if client.endpoint.dialect == "deepseek" else 404) == other


def test_request_ids_are_unique_and_reproducible(client: Any) -> None:
    """The same request twice has two ids; after a reset the same two again. vLLM sends none unless it is told to."""
    name = {"deepseek": "x-ds-trace-id", "anthropic": "request-id"}.get(client.endpoint.dialect, "x-request-id")
    if client.endpoint.dialect == "vllm":
        assert name not in client.ask().headers
        return

    def two() -> list[str]:
        client.http.post(f"{client.endpoint.control_url}/reset")
        return [client.ask().headers[name] for _ in range(2)]

    first = two()
    assert 2 == len(set(first))
    assert first == two()


def test_two_hundred_at_once_in_any_order(client: Any) -> None:
    """Every body is the same byte for byte, whatever the order of arrival."""
    bodies = [client.body(f"question {number}", stream=bool(number % 2)) for number in range(200)]

    def run(order: list[int]) -> dict[int, bytes]:
        with ThreadPoolExecutor(32) as pool:
            return dict(zip(order, pool.map(lambda number: client.post(bodies[number]).content, order), strict=True))

    shuffled = list(range(200))
    random.Random(1).shuffle(shuffled)
    assert run(list(range(200))) == run(shuffled)
