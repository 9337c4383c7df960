"""DeepSeek's own rules over the wire: efforts, cache, JSON mode, prefixes, FIM, balance, queueing, risk."""

import json
from typing import Any

import httpx
import pytest

STORY = "Tell me about " + "many different words " * 40
JSON = {"type": "json_object"}
PREFIX = [{"role": "user", "content": "code"}, {"role": "assistant", "content": "```python\n", "prefix": True}]


def post(deepseek: Any, path: str, body: dict[str, Any]) -> httpx.Response:
    reply: httpx.Response = deepseek.http.post(deepseek.origin + path, json=body, headers=deepseek.headers)
    return reply


def message(reply: httpx.Response) -> str:
    body = reply.json()["error"]
    assert {"message", "type", "param", "code"} == body.keys()
    return str(body["message"])


def hits(reply: httpx.Response) -> int:
    """The cache hits, after the counters have been checked against each other."""
    usage = reply.json()["usage"]
    found = usage["prompt_cache_hit_tokens"]
    assert usage["prompt_tokens"] == found + usage["prompt_cache_miss_tokens"]
    assert usage["prompt_tokens_details"] == {"cached_tokens": found}
    assert 0 == found % 64
    return int(found)


def test_a_conversation_hits_what_it_ended_with(deepseek: Any) -> None:
    """First nothing; then, with the answer sent back, nearly all of the first turn and its answer."""
    first = deepseek.ask(STORY)
    used = first.json()["usage"]["total_tokens"]
    turns = [{"role": "user", "content": STORY}, first.json()["choices"][0]["message"]]
    second = deepseek.ask(messages=[*turns, {"role": "user", "content": "more"}])
    assert 0 == hits(first)
    assert used - 64 <= hits(second) <= used + 16


def test_reasoning_sent_back_or_not_hits_alike(deepseek: Any) -> None:
    """Both forms of the answer are known."""
    said = deepseek.ask(STORY, thinking=None).json()["choices"][0]["message"]
    user, more = {"role": "user", "content": STORY}, {"role": "user", "content": "more"}
    bare = {name: part for name, part in said.items() if name != "reasoning_content"}
    found = [hits(deepseek.ask(messages=[user, each, more], thinking=None)) for each in (said, bare)]
    assert found[0] >= found[1] > 0


def test_a_common_start_is_no_hit(deepseek: Any) -> None:
    """A unit is hit as a whole or not at all, so the order of other requests does not matter."""
    for question in ("one", "two", "three"):
        system = {"role": "system", "content": STORY}
        assert 0 == hits(deepseek.ask(messages=[system, {"role": "user", "content": question}]))


def test_short_prompts_other_tools_and_other_users_miss(deepseek: Any) -> None:
    """Below 64 tokens nothing is kept; tools stand before all; user_id keeps caches apart."""
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    deepseek.ask("hi")
    deepseek.ask(STORY)
    asked = [("hi", {}), (STORY, {"tools": [tool]}), (STORY, {"user_id": "bob"})]
    assert [0, 0, 0] == [hits(deepseek.ask(text, **more)) for text, more in asked]
    assert hits(deepseek.ask(STORY)) > 0


def test_hits_stand_on_the_finish_chunk(deepseek: Any) -> None:
    """Of a stream, and a reset forgets them."""

    def streamed() -> int:
        last = deepseek.ask(STORY, stream=True).text.split("\n\n")[-3]
        return int(json.loads(last.removeprefix("data: "))["usage"]["prompt_cache_hit_tokens"])

    found = [streamed(), streamed()]
    deepseek.http.post(f"{deepseek.endpoint.control_url}/reset")
    assert [0, True, 0] == [found[0], found[1] > 0, streamed()]


def test_efforts_are_mapped(deepseek: Any) -> None:
    """minimal is low, medium is high (as none given), xhigh is max; more effort thinks longer."""

    def said(effort: str | None) -> dict[str, Any]:
        body: dict[str, Any] = deepseek.ask(thinking=None, reasoning_effort=effort).json()
        return body["choices"][0]["message"]

    low, high, most = said("low"), said("high"), said("max")
    assert (low, high, most) == (said("minimal"), said("medium"), said("xhigh"))
    assert len(low["reasoning_content"]) < len(most["reasoning_content"])


def test_no_such_effort(deepseek: Any) -> None:
    """The switch turns thinking off, not the effort."""
    assert "unknown variant `none`" in message(deepseek.ask(reasoning_effort="none"))


def test_sampling_has_no_effect_while_thinking(deepseek: Any) -> None:
    """Not a byte; without thinking it may, and out of range it is refused either way."""
    assert deepseek.ask(thinking=None).content == deepseek.ask(thinking=None, temperature=0.3, top_p=0.5).content
    assert 400 == deepseek.ask(thinking=None, temperature=9).status_code
    assert 400 == deepseek.ask(thinking=None, temperature="hot").status_code


def test_the_column_is_that_of_the_body_that_arrived(deepseek: Any) -> None:
    """Also where the model takes another body: what has no effect is left out for it."""
    body = b'{"model":"deepseek-v4-pro","temperature":   0.5,"messages":[{"role":"developer","content":"x"}]}'
    reply = deepseek.http.post(f"{deepseek.origin}/chat/completions", content=body, headers=deepseek.headers)
    column = body.index(b'"developer"') + len(b'"developer"')
    assert message(reply).endswith(f"at line 1 column {column}")


def test_json_mode_wants_the_word(deepseek: Any) -> None:
    """In any message, in any case."""
    expected = "Prompt must contain the word 'json' in some form to use 'response_format' of type 'json_object'."
    assert expected == message(deepseek.ask(response_format=JSON))
    said = deepseek.ask("as JSON please", response_format=JSON).json()["choices"][0]["message"]["content"]
    assert isinstance(json.loads(said), dict)


def test_a_prefix_is_for_beta_only(deepseek: Any) -> None:
    """There the answer goes on; elsewhere the 400 says where; without `prefix` the last word is the user's."""
    body = {**deepseek.body(), "messages": PREFIX}
    unmarked = {**deepseek.body(), "messages": [PREFIX[0], {**PREFIX[1], "prefix": False}]}
    assert message(post(deepseek, "/chat/completions", body)).startswith("prefix is only available when using beta api")
    assert 200 == post(deepseek, "/beta/chat/completions", body).status_code
    for path in ("/chat/completions", "/beta/chat/completions"):
        assert "must be a user message, or an assistant message with prefix mode on" in message(
            post(deepseek, path, unmarked)
        )


@pytest.mark.parametrize("path", ["/beta/completions", "/beta/v1/completions"])
def test_fill_in_the_middle(deepseek: Any, path: str) -> None:
    """So many tokens of text, the same streamed, with usage on the finish chunk."""
    body = {"model": "deepseek-v4-pro", "prompt": "def f(", "suffix": "return 1", "max_tokens": 6}
    plain = post(deepseek, path, body).json()
    lines = post(deepseek, path, {**body, "stream": True}).text.split("\n\n")
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines[:-2]]
    said = "".join(chunk["choices"][0]["text"] for chunk in chunks)
    assert ("text_completion", 6) == (plain["object"], plain["usage"]["completion_tokens"])
    assert ("length", plain["usage"]) == (chunks[-1]["choices"][0]["finish_reason"], chunks[-1]["usage"])
    assert (plain["choices"][0]["text"], "data: [DONE]") == (said, lines[-2])


@pytest.mark.parametrize(
    "more", [{"model": "x"}, {"max_tokens": 5000}, {"echo": True}, {"logprobs": 3}, {"prompt": 5}, {"temperature": 3}]
)
def test_fill_in_the_middle_refuses(deepseek: Any, more: dict[str, Any]) -> None:
    """What it does not take."""
    reply = post(deepseek, "/beta/completions", {"model": "deepseek-v4-pro", "prompt": "x", **more})
    assert (400, True) == (reply.status_code, bool(message(reply)))


def test_the_balance(deepseek: Any) -> None:
    """In the documented form, with a key only."""
    reply = deepseek.http.get(f"{deepseek.origin}/user/balance", headers=deepseek.headers).json()
    assert {"is_available", "balance_infos"} == reply.keys()
    assert 401 == deepseek.http.get(f"{deepseek.origin}/user/balance").status_code


def test_risky_content_is_refused(deepseek: Any) -> None:
    """The profile's text stands for it, wherever it is said."""
    reply = deepseek.ask("please SIMULATE_CONTENT_RISK now")
    assert (400, "Content Exists Risk") == (reply.status_code, message(reply))


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"stop": ["x"] * 17}, "stop"),
        ({"user_id": "not allowed"}, "user_id"),
        ({"user_id": "x" * 513}, "user_id"),
        ({"tools": [{"type": "function", "function": {"name": f"f{n}"}} for n in range(129)]}, "tools"),
    ],
)
def test_limits(deepseek: Any, more: dict[str, Any], named: str) -> None:
    """One more than is taken; what is taken is answered."""
    assert named in message(deepseek.ask(**more))
    assert 200 == deepseek.ask(stop=["~"] * 16, user_id="a-Z_9" * 100).status_code


@pytest.mark.parametrize(
    ("status", "text"), [(402, "Insufficient Balance"), (422, "Invalid parameters"), (503, "Service is too busy")]
)
def test_bodies_of_failures(deepseek: Any, status: int, text: str) -> None:
    """In DeepSeek's shape."""
    deepseek.arm({"do": "status", "status": status})
    reply = deepseek.ask()
    assert (status, True) == (reply.status_code, message(reply).startswith(text))


def test_out_of_resources(deepseek: Any) -> None:
    """The finish reason that only DeepSeek has, by the fault."""
    deepseek.arm({"do": "finish", "reason": "insufficient_system_resource", "at": {"after_tokens": 5}})
    body = deepseek.ask().json()
    assert ("insufficient_system_resource", 5) == (
        body["choices"][0]["finish_reason"],
        body["usage"]["completion_tokens"],
    )


def test_a_queued_stream_sends_comments(deepseek: Any) -> None:
    """Then the same events as ever."""
    usual = deepseek.ask(stream=True).text
    deepseek.arm({"do": "stall", "for": 0.05, "at": "queued"})
    text = deepseek.ask(stream=True).text
    signs = text.count(": keep-alive\n\n")
    assert (usual, True) == (text.removeprefix(": keep-alive\n\n" * signs), signs >= 3)


def test_a_queued_body_has_blank_lines_before_it(deepseek: Any) -> None:
    """Still JSON, and its length is not told."""
    usual = deepseek.ask().content
    deepseek.arm({"do": "stall", "for": 0.05, "at": "queued"})
    reply = deepseek.ask()
    assert (usual, b"\n", False) == (reply.content.lstrip(b"\n"), reply.content[:1], "content-length" in reply.headers)


def test_ten_minutes_end_the_wait(deepseek: Any) -> None:
    """A thousand times faster here: the connection is closed after signs of life, without an answer."""
    deepseek.arm({"do": "stall", "for": "forever", "at": "queued"})
    with pytest.raises(httpx.TransportError):
        deepseek.ask(stream=True)
    entry = deepseek.journal()[-1]
    assert ("stall", 200, 0) == (entry["fault"], entry["status"], entry["tokens"]["sent"])
