"""What DashScope's own parameters do, its head, and the order of its keys."""

import json
from typing import Any

import pytest

from novastack_simulators.dialects.dashscope.decode import decode
from novastack_simulators.dialects.dashscope.encode import plain, stream
from novastack_simulators.dialects.dialect import Letter
from novastack_simulators.generation import Choice, Generation
from novastack_simulators.profile import Quirks, load_profile
from novastack_simulators.prompt import Prompt, Turn

THINK = {"enable_thinking": True, "stream": True}


def deltas(reply: Any) -> list[dict[str, Any]]:
    lines = [line.removeprefix("data: ") for line in reply.text.split("\n\n") if line.startswith("data: {")]
    return [choice["delta"] for line in lines for choice in json.loads(line)["choices"]]


@pytest.mark.parametrize("budget", [1, 7, 30])
def test_the_thinking_budget_bounds_the_reasoning(dashscope: Any, budget: int) -> None:
    """Exactly so many tokens of the same reasoning, then the same answer as without."""
    asked = {"stream_options": {"include_usage": True}, **THINK}
    bounded, free = dashscope.ask(thinking_budget=budget, **asked), dashscope.ask(**asked)
    usage = json.loads(bounded.text.split("\n\n")[-3].removeprefix("data: "))["usage"]
    assert budget == usage["completion_tokens_details"]["reasoning_tokens"]
    said, whole = ("".join(each.get("reasoning_content") or "" for each in deltas(reply)) for reply in (bounded, free))
    assert said
    assert len(said) < len(whole)
    assert "".join(each.get("content") or "" for each in deltas(bounded))


def test_a_budget_longer_than_the_reasoning_changes_nothing_said(dashscope: Any) -> None:
    """It is a bound, not a wish."""
    reply = dashscope.ask(thinking_budget=38_912, **THINK)
    assert "".join(each.get("reasoning_content") or "" for each in deltas(reply)).endswith(".")


def test_search_is_accepted(dashscope: Any) -> None:
    """As a boolean and with options; of the wrong type it is refused."""
    assert 200 == dashscope.ask(enable_search=True, search_options={"forced_search": True}).status_code
    assert dashscope.ask(enable_search=False).content == dashscope.ask().content
    reply = dashscope.ask(enable_search="yes")
    assert (400, True) == (reply.status_code, "enable_search" in reply.json()["error"]["message"])


def test_incremental_output_is_what_it_does_anyway(dashscope: Any) -> None:
    """True changes nothing, and false is fine where nothing is streamed."""
    assert dashscope.ask(stream=True).content == dashscope.ask(stream=True, incremental_output=True).content
    assert 200 == dashscope.ask(incremental_output=False).status_code


def test_several_tokens_come_in_one_delta(dashscope: Any) -> None:
    """Fewer deltas than tokens, none with more than the profile's four."""
    reply = dashscope.ask(stream=True, stream_options={"include_usage": True})
    made = json.loads(reply.text.split("\n\n")[-3].removeprefix("data: "))["usage"]["completion_tokens"]
    said = [each for each in deltas(reply) if each.get("content")]
    assert made / 4 <= len(said) <= made / 2 + 1


def test_the_keys_are_in_the_order_of_the_vendors_examples(dashscope: Any) -> None:
    """The opening, the first piece, another, the finish; usage null on all of them."""
    lines = [json.loads(line.removeprefix("data: ")) for line in dashscope.ask(stream=True).text.split("\n\n")[:-2]]
    orders = [list(line["choices"][0]) for line in (lines[0], lines[1], lines[2], lines[-1])]
    assert [
        ["delta", "index", "logprobs", "finish_reason"],
        ["finish_reason", "delta", "index", "logprobs"],
        ["delta", "finish_reason", "index", "logprobs"],
        ["finish_reason", "delta", "index", "logprobs"],
    ] == orders
    outer = ("choices", "object", "usage", "created", "system_fingerprint", "model", "id")
    assert {outer} == {tuple(line) for line in lines}


@pytest.mark.parametrize("streamed", [True, False])
def test_the_head_is_alibabas(dashscope: Any, streamed: bool) -> None:
    """Times in milliseconds that fit each other, a cookie, and no rate limits."""
    headers = dashscope.ask(stream=streamed).headers
    arrived, cost, began = (int(headers[name]) for name in ("req-arrive-time", "req-cost-time", "resp-start-time"))
    assert (arrived + cost, headers["req-cost-time"]) == (began, headers["x-envoy-upstream-service-time"])
    entry = dashscope.journal()[-1]
    assert abs(entry["arrived"] * 1000 - arrived) < 1
    assert ("298", "true", "true") == tuple(
        headers[f"x-dashscope-{name}"] for name in ("timeout", "call-gateway", "finished")
    )
    assert headers["set-cookie"].startswith("acw_tc=")
    assert headers["set-cookie"].endswith(";path=/;HttpOnly;Max-Age=1800")
    assert [] == [name for name in headers if name.startswith("x-ratelimit")]


@pytest.mark.parametrize("thinks", [True, False])
def test_thinking_by_default(thinks: bool) -> None:
    """The quirk decides only where the request does not."""
    profile = load_profile("qwen3-235b-a22b").quirked(Quirks(thinking_by_default=thinks))

    def on(**more: Any) -> bool:
        body = {"model": "qwen3-235b-a22b", "messages": [{"role": "user", "content": "hi"}], "stream": True, **more}
        return decode(json.dumps(body).encode(), {}, profile).thinking.on

    assert (thinks, True, False) == (on(), on(enable_thinking=True), on(enable_thinking=False))


@pytest.mark.parametrize("fingerprint", [None, "fp_1"])
def test_system_fingerprint(fingerprint: str | None) -> None:
    """The quirk stands in the field; null is what was recorded."""
    profile = load_profile("qwen3-235b-a22b").quirked(Quirks(system_fingerprint=fingerprint))
    prompt = Prompt(model="m", turns=(Turn(role="user", text="hi"),), content=b"", fingerprint=b"")
    generation = Generation(choices=(Choice(text=("Hi",)),), prompt_tokens=1)
    letter = Letter(prompt=prompt, generation=generation, profile=profile, stamp=bytes(32), created=1)
    assert fingerprint == json.loads(plain(letter))["system_fingerprint"]
    assert fingerprint == json.loads(stream(letter)[0].data.removeprefix(b"data: "))["system_fingerprint"]
