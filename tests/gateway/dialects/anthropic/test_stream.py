"""A stream of the Messages API as chat completion chunks (cases C1 to C8, STR-02, STR-03; wire B5)."""

import itertools
import json
from typing import Any

import pytest
from gateway_asks import ask, chunks, problem_of, sse, translate
from hypothesis import given
from hypothesis import strategies as st

from novastack_gateway.dialects import DIALECTS
from novastack_gateway.exchange import Usage
from novastack_gateway.sse import Events

TEXT = st.text(max_size=6)
BLOCK = st.one_of(
    st.fixed_dictionaries({"type": st.just("text"), "text": TEXT}),
    st.fixed_dictionaries({"type": st.just("thinking"), "thinking": TEXT, "signature": st.just("s")}),
    st.fixed_dictionaries(
        {
            "type": st.just("tool_use"),
            "id": st.uuids().map(str),
            "name": st.sampled_from(["f", "g"]),
            "input": st.dictionaries(TEXT, st.integers() | TEXT, max_size=2),
        }
    ),
)
REASONS = st.sampled_from(["end_turn", "tool_use", "max_tokens", "refusal"])
STARTED = (
    "message_start",
    {"message": {"id": "msg_1", "content": [], "usage": {"input_tokens": 5, "output_tokens": 1}}},
)
STOPPED = ("message_delta", {"delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}})
ENDED = ("message_stop", {"type": "message_stop"})


def halves(text: str) -> list[str]:
    return [text[: len(text) // 2], text[len(text) // 2 :]]


def block_events(index: int, block: dict[str, Any]) -> list[tuple[str, Any]]:
    """One block as it is streamed: an empty start, deltas in pieces, a stop."""
    kinds = {
        "text": ({"text": ""}, "text_delta", "text", block.get("text", "")),
        "thinking": ({"thinking": "", "signature": ""}, "thinking_delta", "thinking", block.get("thinking", "")),
        "tool_use": ({"input": {}}, "input_json_delta", "partial_json", json.dumps(block.get("input"))),
    }
    empty, kind, member, text = kinds[block["type"]]
    pieces = [] if block.get("input") == {} else halves(text)
    deltas = [{"type": kind, member: piece} for piece in pieces]
    if block["type"] == "thinking":
        deltas.append({"type": "signature_delta", "signature": "s"})
    return [
        ("content_block_start", {"index": index, "content_block": {**block, **empty}}),
        ("ping", {"type": "ping"}),
        *(("content_block_delta", {"index": index, "delta": delta}) for delta in deltas),
        ("content_block_stop", {"index": index}),
    ]


def streamed(blocks: list[dict[str, Any]], reason: str = "end_turn") -> bytes:
    events = [event for index, block in enumerate(blocks) for event in block_events(index, block)]
    stopped = ("message_delta", {"delta": {"stop_reason": reason}, "usage": {"output_tokens": 9}})
    return sse(STARTED, *events, stopped, ENDED)


def gathered(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """What a client puts together from the chunks, as SDKs do."""
    message: dict[str, Any] = {"content": "", "reasoning_content": "", "tool_calls": {}, "finish_reason": None}
    for choice in (choice for part in parts for choice in part["choices"]):
        delta = choice["delta"]
        message["content"] += delta.get("content") or ""
        message["reasoning_content"] += delta.get("reasoning_content") or ""
        for call in delta.get("tool_calls", ()):
            known = message["tool_calls"].setdefault(call["index"], {"arguments": ""})
            known["arguments"] += call["function"].pop("arguments", "")
            known.update({name: value for name, value in {**call, **call["function"]}.items() if name != "function"})
        message["finish_reason"] = choice["finish_reason"] or message["finish_reason"]
    return message


@given(st.lists(BLOCK, max_size=4), REASONS)
def test_a_stream_says_what_the_whole_message_says(blocks: list[dict[str, Any]], reason: str) -> None:
    """Text, thinking, calls in their order, finish reason and usage."""
    usage = {"input_tokens": 5, "output_tokens": 9}
    message = {"id": "msg_1", "content": blocks, "stop_reason": reason, "usage": usage}
    whole = json.loads(DIALECTS["anthropic"].answer(ask(), json.dumps(message).encode()).body)
    asked = ask(stream=True, stream_options={"include_usage": True})
    parts = chunks(translate(asked, [streamed(blocks, reason)]))
    got, expected = gathered(parts), whole["choices"][0]["message"]
    assert (expected["content"] or "") == got["content"]
    assert expected.get("reasoning_content", "") == got["reasoning_content"]
    assert whole["choices"][0]["finish_reason"] == got["finish_reason"]
    calls = [got["tool_calls"][index] for index in range(len(got["tool_calls"]))]
    wanted = [
        (call["id"], call["function"]["name"], json.loads(call["function"]["arguments"]))
        for call in expected.get("tool_calls", ())
    ]
    assert wanted == [(call["id"], call["name"], json.loads(call["arguments"])) for call in calls]
    assert whole["usage"] == parts[-1]["usage"]
    assert (whole["id"], whole["model"]) == (parts[0]["id"], parts[0]["model"])


@given(st.lists(BLOCK, max_size=3), st.lists(st.integers(0, 5000), max_size=6))
def test_the_output_is_the_same_for_any_cut(blocks: list[dict[str, Any]], places: list[int]) -> None:
    """Of the upstream's bytes."""
    data = streamed(blocks)
    marks = sorted({0, len(data), *(place % len(data) for place in places)})
    pieces = [data[begin:end] for begin, end in itertools.pairwise(marks)]
    assert translate(ask(stream=True), [data]) == translate(ask(stream=True), pieces)


def test_every_chunk_belongs_to_one_completion() -> None:
    """Id, object, time and model never change; the role is told once, first."""
    parts = chunks(translate(ask(stream=True), [streamed([{"type": "text", "text": "hello"}])]))
    heads = {(part["id"], part["object"], part["created"], part["model"]) for part in parts}
    assert {("chatcmpl-1", "chat.completion.chunk", 1_700_000_000, "public")} == heads
    roles = [choice["delta"].get("role") for part in parts for choice in part["choices"]]
    assert ["assistant", *[None] * (len(roles) - 1)] == roles


def test_usage_is_sent_only_where_it_was_asked_for() -> None:
    """In a chunk of its own without choices, before [DONE]; all others then say null."""
    data = streamed([{"type": "text", "text": "hello"}])
    plain = chunks(translate(ask(stream=True), [data]))
    asked = chunks(translate(ask(stream=True, stream_options={"include_usage": True}), [data]))
    assert not any("usage" in part for part in plain)
    assert [None] * (len(asked) - 1) == [part["usage"] for part in asked[:-1]]
    assert ([], {"prompt_tokens": 5, "completion_tokens": 9, "total_tokens": 14}) == (
        asked[-1]["choices"],
        asked[-1]["usage"],
    )


def test_a_call_without_arguments_has_an_empty_object() -> None:
    """SDKs parse the text as JSON."""
    data = streamed([{"type": "tool_use", "id": "t", "name": "f", "input": {}}], "tool_use")
    assert "{}" == gathered(chunks(translate(ask(stream=True), [data])))["tool_calls"][0]["arguments"]


def test_arguments_that_came_with_the_start_are_kept() -> None:
    """Some servers send a call in one piece (case C2)."""
    block = {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}}
    events = [("content_block_start", {"index": 0, "content_block": block}), ("content_block_stop", {"index": 0})]
    parts = chunks(translate(ask(stream=True), [sse(STARTED, *events, STOPPED, ENDED)]))
    assert {"a": 1} == json.loads(gathered(parts)["tool_calls"][0]["arguments"])


def test_a_second_stop_of_a_block_says_nothing() -> None:
    """Else the call would be made twice (case C1)."""
    block = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
    stop = ("content_block_stop", {"index": 0})
    data = sse(STARTED, ("content_block_start", {"index": 0, "content_block": block}), stop, stop, STOPPED, ENDED)
    assert "{}" == gathered(chunks(translate(ask(stream=True), [data])))["tool_calls"][0]["arguments"]


def test_parallel_calls_are_numbered_from_zero() -> None:
    """Whatever blocks stood before them (case C6)."""
    calls = [{"type": "tool_use", "id": f"t{number}", "name": "f", "input": {"n": number}} for number in range(3)]
    data = streamed([{"type": "thinking", "thinking": "x"}, {"type": "text", "text": "y"}, *calls], "tool_use")
    got = gathered(chunks(translate(ask(stream=True), [data])))["tool_calls"]
    assert {0: "t0", 1: "t1", 2: "t2"} == {index: call["id"] for index, call in got.items()}


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ([("error", {"error": {"type": "overloaded_error", "message": "Overloaded"}})], "Overloaded"),
        ([STARTED, ("error", {"error": {"type": "overloaded_error", "message": "sk-abcdefgh"}})], "[redacted]"),
        ([("content_block_stop", {"index": 0})], "message_start"),
        ([STARTED, ("content_block_delta", {"index": 0})], "content_block_delta"),
        ([STARTED, ("content_block_delta", {"index": 0, "delta": {"type": "new_delta"}})], "content_block_delta"),
        (
            [
                STARTED,
                ("content_block_delta", {"index": 0, "delta": {"type": "input_json_delta", "partial_json": "{"}}),
            ],
            "not a tool call",
        ),
        ([STARTED, ("message_delta", {"delta": {"stop_reason": "new_reason"}})], "new_reason"),
        ([STARTED, ENDED], "without a stop reason"),
    ],
)
def test_an_error_or_a_broken_event_is_a_failure(events: list[tuple[str, Any]], message: str) -> None:
    """It is told, and the stream has not ended well."""
    problem = problem_of(translate, ask(stream=True), [sse(*events)])
    assert 502 == problem.status
    assert message in problem.message


def test_an_event_that_is_not_json_is_a_failure() -> None:
    """Not skipped: what it said is lost."""
    data = sse(STARTED) + b"event: content_block_delta\ndata: {oops\n\n"
    assert "upstream_invalid" == problem_of(translate, ask(stream=True), [data]).code


def test_unknown_events_are_skipped() -> None:
    """The versioning policy asks clients for it."""
    stream = DIALECTS["anthropic"].stream(ask(stream=True))
    assert [b"", b""] == [stream.feed(event) for event in Events().feed(sse(("ping", {}), ("new_event", {"x": 1})))]


def test_usage_is_known_when_the_stream_breaks() -> None:
    """As far as it was told: input from the start, output as last counted."""
    stream = DIALECTS["anthropic"].stream(ask(stream=True))
    for event in Events().feed(sse(STARTED)):
        stream.feed(event)
    assert (Usage(5, 1), False) == (stream.usage, stream.ended)


def test_cumulative_counters_are_not_added_up() -> None:
    """A later counter replaces an earlier one (case C25)."""
    delta = {"delta": {"stop_reason": "end_turn"}, "usage": {"input_tokens": 5, "output_tokens": 9}}
    stream = DIALECTS["anthropic"].stream(ask(stream=True))
    for event in Events().feed(sse(STARTED, ("message_delta", delta), ENDED)):
        stream.feed(event)
    assert Usage(5, 9) == stream.usage
