"""Legacy completions: a text goes on, plain and streamed, with echo, n and logprobs of their own form."""

from typing import Any

import pytest


def test_sixteen_tokens_unless_asked_for_more(openai: Any) -> None:
    """The documented default, counted without a chat template."""
    body = openai.complete().json()
    usage = body["usage"]
    assert (2, 16, 18) == (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"])
    assert ("length", "text_completion", 5 + 29) == (
        body["choices"][0]["finish_reason"],
        body["object"],
        len(body["id"]),
    )


def test_a_stream_says_what_the_plain_answer_says(openai: Any) -> None:
    """Choice by choice, echo included; usage comes last."""
    ask: dict[str, Any] = {"n": 2, "echo": True, "max_tokens": 5}
    plain = openai.complete(**ask).json()
    chunks = openai.events(openai.complete(**ask, stream=True, stream_options={"include_usage": True}))
    texts = ["", ""]
    for chunk in chunks:
        for choice in chunk["choices"]:
            texts[choice["index"]] += choice["text"]
    assert [choice["text"] for choice in plain["choices"]] == texts
    assert all(text.startswith("Once upon") for text in texts)
    assert plain["usage"] == chunks[-1]["usage"]


def test_each_prompt_has_its_choices(openai: Any) -> None:
    """Two prompts, two choices each; tokens are prompts too."""
    assert [0, 1, 2, 3] == [each["index"] for each in openai.complete(prompt=["a", "b"], n=2).json()["choices"]]
    counted = openai.complete(prompt=[[1, 2, 3], [4]]).json()
    assert (4, 2) == (counted["usage"]["prompt_tokens"], len(counted["choices"]))


def test_a_stop_sequence_cuts(openai: Any) -> None:
    """The text ends before it."""
    whole = openai.complete(max_tokens=60).json()["choices"][0]["text"]
    cut = openai.complete(max_tokens=60, stop=whole[20:26]).json()["choices"][0]
    assert (whole[:20], "stop") == (cut["text"], cut["finish_reason"])


def test_logprobs_in_the_legacy_form(openai: Any) -> None:
    """Four lists of one length; the tokens stand at their offsets; nothing is known of the first of the prompt."""
    choice = openai.complete(echo=True, logprobs=2, max_tokens=4).json()["choices"][0]
    scores = choice["logprobs"]
    assert choice["text"] == "".join(scores["tokens"])
    for token, offset in zip(scores["tokens"], scores["text_offset"], strict=True):
        assert token == choice["text"][offset : offset + len(token)]
    assert (None, None) == (scores["token_logprobs"][0], scores["top_logprobs"][0])
    assert all(value <= 0 for value in scores["token_logprobs"][1:])
    assert all(token in top for token, top in zip(scores["tokens"][1:], scores["top_logprobs"][1:], strict=True))


def test_logprobs_streamed_are_those_of_the_plain_answer(openai: Any) -> None:
    """The lists of the chunks, one after the other."""
    plain = openai.complete(echo=True, logprobs=1, max_tokens=6).json()["choices"][0]["logprobs"]
    joined: dict[str, list[Any]] = {name: [] for name in plain}
    for chunk in openai.events(openai.complete(echo=True, logprobs=1, max_tokens=6, stream=True)):
        for name, values in (chunk["choices"][0]["logprobs"] or {}).items():
            joined[name] += values
    assert plain == joined


REFUSED: list[tuple[dict[str, Any], str | None, str]] = [
    ({"prompt": None}, "invalid_type", "prompt"),
    ({"prompt": [1, "a"]}, "invalid_type", "prompt"),
    ({"prompt": ["a"] * 100, "n": 128}, "array_above_max_length", "prompt"),
    ({"suffix": "x"}, "unsupported_parameter", "suffix"),
    ({"logprobs": 6}, "integer_above_max_value", "logprobs"),
    ({"n": 2, "best_of": 1}, None, "best_of"),
    ({"best_of": 3}, "unsupported_parameter", "best_of"),
    ({"echo": True, "prompt": [1, 2]}, "unsupported_value", "echo"),
    ({"messages": []}, "unknown_parameter", "messages"),
    ({"max_tokens": 10**9}, "context_length_exceeded", "prompt"),
    ({"stream_options": {}}, None, "stream_options"),
]


@pytest.mark.parametrize(("change", "code", "param"), REFUSED)
def test_a_refusal_names_the_field(openai: Any, change: dict[str, Any], code: str | None, param: str) -> None:
    """400 with code and param."""
    reply = openai.complete(**change)
    assert (400, code, param) == (reply.status_code, reply.json()["error"]["code"], reply.json()["error"]["param"])
