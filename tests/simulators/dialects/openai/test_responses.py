"""The Responses API: items, events in order, limits, tools and what is refused."""

from collections.abc import Iterator
from typing import Any

import pytest

OUTPUT = [
    {"role": "user", "content": "What is the weather?"},
    {"type": "function_call", "call_id": "call_1", "name": "a", "arguments": "{}"},
    {"type": "function_call_output", "call_id": "call_1", "output": "Rain."},
]
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer", "minimum": 7}}, "required": ["a"]}
ASKS: list[dict[str, Any]] = [
    {},
    {"max_output_tokens": 16},
    {"reasoning": {"effort": "low"}},
    {"reasoning": {"effort": "low", "summary": "auto"}, "max_output_tokens": 16},
    {"include": ["message.output_text.logprobs", "reasoning.encrypted_content"], "top_logprobs": 2},
    {"text": {"format": {"type": "json_schema", "name": "x", "schema": SCHEMA}}},
    {"text": {"format": {"type": "json_object"}}},
    {"instructions": "Be brief.", "metadata": {"k": "v"}, "user": "u", "temperature": 0.5, "store": False},
]


@pytest.mark.parametrize("ask", ASKS)
def test_the_last_event_holds_the_plain_response(openai: Any, ask: dict[str, Any]) -> None:
    """Bit for bit; numbers count from 0, and each event line says its type."""
    stream = openai.respond(**ask, stream=True)
    events = openai.events(stream)
    assert openai.respond(**ask).json() == events[-1]["response"]
    assert list(range(len(events))) == [event["sequence_number"] for event in events]
    named = [line.removeprefix("event: ") for line in stream.text.split("\n") if line.startswith("event: ")]
    assert [event["type"] for event in events] == named
    assert "[DONE]" not in stream.text


@pytest.mark.parametrize("ask", [*ASKS, {"tools": True}])
def test_deltas_add_up_to_what_is_done(openai: Any, ask: dict[str, Any]) -> None:
    """Of texts, arguments and summaries, item by item."""
    more = {"tools": openai.functions("a", "b")} if ask.get("tools") else {}
    said: dict[str, str] = {}
    done: dict[str, str] = {}
    for event in openai.events(openai.respond(**{**ask, **more}, stream=True)):
        if event["type"].endswith(".delta"):
            said[event["item_id"]] = said.get(event["item_id"], "") + event["delta"]
        elif event["type"] in ("response.output_text.done", "response.reasoning_summary_text.done"):
            done[event["item_id"]] = event["text"]
        elif event["type"] == "response.function_call_arguments.done":
            done[event["item_id"]] = event["arguments"]
    assert said == done


def test_a_limit_leaves_it_incomplete(openai: Any) -> None:
    """Sixteen tokens, and the reason; the text is the beginning of the whole."""
    whole, cut = openai.respond().json(), openai.respond(max_output_tokens=16).json()
    assert ("incomplete", {"reason": "max_output_tokens"}) == (cut["status"], cut["incomplete_details"])
    assert 16 == cut["usage"]["output_tokens"]
    assert "incomplete" == cut["output"][0]["status"]
    assert whole["output"][0]["content"][0]["text"].startswith(cut["output"][0]["content"][0]["text"])
    assert "response.incomplete" == openai.events(openai.respond(max_output_tokens=16, stream=True))[-1]["type"]


def test_reasoning_is_an_item_and_its_summary_a_wish(openai: Any) -> None:
    """Counted either way; sealed if asked for."""
    bare = openai.respond(reasoning={"effort": "low"}).json()
    told = openai.respond(
        reasoning={"effort": "low", "summary": "auto"}, include=["reasoning.encrypted_content"]
    ).json()
    assert ["reasoning", "message"] == [item["type"] for item in bare["output"]]
    assert [] == bare["output"][0]["summary"]
    assert bare["usage"]["output_tokens_details"]["reasoning_tokens"] > 0
    assert told["output"][0]["summary"][0]["text"]
    assert told["output"][0]["encrypted_content"]


def test_tools_are_called_and_their_output_ends_the_loop(openai: Any) -> None:
    """Two at once, one if not in parallel, the named one, none; after an output there is an answer."""
    tools = openai.functions("a", "b")

    def kinds(**more: Any) -> list[str]:
        return [item["type"] for item in openai.respond(tools=tools, **more).json()["output"]]

    assert ["function_call", "function_call"] == kinds()
    assert ["function_call"] == kinds(parallel_tool_calls=False)
    assert ["message"] == kinds(tool_choice="none")
    assert ["message"] == kinds(input=OUTPUT)
    named = openai.respond(tools=tools, tool_choice={"type": "function", "name": "b"}).json()
    assert ["b"] == [item["name"] for item in named["output"]]
    allowed = {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "a"}]}
    assert ["a"] == [item["name"] for item in openai.respond(tools=tools, tool_choice=allowed).json()["output"]]


def test_a_response_can_be_sent_back(openai: Any) -> None:
    """Its output is input, as the API says."""
    first = openai.respond(tools=openai.functions("a"), reasoning={"effort": "low"}).json()["output"]
    outputs = [
        {"type": "function_call_output", "call_id": item["call_id"], "output": "Rain."}
        for item in first if item["type"] == "function_call"
    ]  # fmt: skip
    second = openai.respond(input=[*OUTPUT[:1], *first, *outputs], tools=openai.functions("a")).json()["output"]
    third = openai.respond(input=[*OUTPUT[:1], *second, {"role": "user", "content": "And tomorrow?"}])
    assert ["message"] == [item["type"] for item in second]
    assert 200 == third.status_code


def test_functions_are_strict_if_they_can_be(openai: Any) -> None:
    """Unless the caller says."""
    closed = {**SCHEMA, "additionalProperties": False}
    tools = [
        {"type": "function", "name": "a", "parameters": SCHEMA},
        {"type": "function", "name": "b", "parameters": closed},
        {"type": "function", "name": "c", "parameters": closed, "strict": False},
    ]
    assert [False, True, False] == [tool["strict"] for tool in openai.respond(tools=tools).json()["tools"]]


@pytest.mark.parametrize(("reason", "status", "details"), [
    ("content_filter", "incomplete", {"reason": "content_filter"}),
    ("insufficient_system_resource", "completed", None),
])  # fmt: skip
def test_an_answer_may_end_for_another_reason(openai: Any, reason: str, status: str, details: Any) -> None:
    """What this API has a word for makes it incomplete; chat and legacy completions say the reason as it stands."""
    armed = [{"do": "finish", "reason": reason, "at": {"after_tokens": 4}}]
    openai.http.put(f"{openai.endpoint.control_url}/faults", json=armed).raise_for_status()
    body = openai.respond().json()
    assert (status, details) == (body["status"], body["incomplete_details"])
    assert status == body["output"][0]["status"]
    assert f"response.{status}" == openai.events(openai.respond(stream=True))[-1]["type"]
    assert [reason] * 2 == [reply.json()["choices"][0]["finish_reason"] for reply in (openai.chat(), openai.complete())]


@pytest.fixture
def refusing(openai: Any) -> Iterator[Any]:
    """The upstream with a stub that refuses whatever is asked."""
    url = f"{openai.endpoint.control_url}/stubs"
    openai.http.put(
        url, json=[{"name": "no", "priority": 1, "reply": {"refusal": "I cannot do that."}}]
    ).raise_for_status()
    yield openai
    openai.http.delete(url).raise_for_status()


def test_a_refusal_has_its_own_place(refusing: Any) -> None:
    """A part and events of its own in responses, a field of its own in chat; the texts add up."""
    part = refusing.respond().json()["output"][0]["content"][0]
    assert {"type": "refusal", "refusal": "I cannot do that."} == part
    events = refusing.events(refusing.respond(stream=True))
    assert part["refusal"] == "".join(each["delta"] for each in events if each["type"] == "response.refusal.delta")
    message = refusing.chat().json()["choices"][0]["message"]
    assert (None, "I cannot do that.") == (message["content"], message["refusal"])
    deltas = [chunk["choices"][0]["delta"] for chunk in refusing.events(refusing.chat(stream=True))]
    assert {"role": "assistant", "content": None, "refusal": ""} == deltas[0]
    assert message["refusal"] == "".join(delta.get("refusal") or "" for delta in deltas)


def test_images_and_files_are_counted(openai: Any) -> None:
    """Each at the profile's rate."""
    text = {"type": "input_text", "text": "See this"}
    image = {"type": "input_image", "image_url": "https://example.com/a.png", "detail": "auto"}
    file = {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0="}
    counts = [
        openai.respond(input=[{"role": "user", "content": content}]).json()["usage"]["input_tokens"]
        for content in ([text], [text, image, file])
    ]
    assert counts[0] + 1530 == counts[1]


def message(**more: Any) -> dict[str, Any]:
    return {"input": [{"role": "user", "content": "x", **more}]}


REFUSED: list[tuple[dict[str, Any], str | None, str]] = [
    ({"input": None}, "invalid_type", "input"),
    ({"input": []}, "empty_array", "input"),
    ({"input": [{"type": "poem"}]}, "invalid_value", "input[0].type"),
    (message(role="king"), "invalid_value", "input[0].role"),
    (message(content=[{"type": "text", "text": "x"}]), "invalid_value", "input[0].content[0].type"),
    ({"input": OUTPUT[:2]}, None, "input"),
    ({"input": OUTPUT[2:]}, None, "input"),
    ({"max_output_tokens": 15}, "integer_below_min_value", "max_output_tokens"),
    ({"max_output_tokens": 20_000}, "invalid_value", "max_output_tokens"),
    ({"max_output_tokens": 10**9}, "context_length_exceeded", "input"),
    ({"previous_response_id": "resp_1"}, "previous_response_not_found", "previous_response_id"),
    ({"background": True}, "unsupported_parameter", "background"),
    ({"conversation": "c"}, "unsupported_parameter", "conversation"),
    ({"tools": [{"type": "web_search"}]}, "invalid_value", "tools[0].type"),
    ({"tool_choice": "required"}, None, "tool_choice"),
    ({"tool_choice": {"type": "function", "name": "f"}}, "invalid_value", "tool_choice"),
    ({"text": {"format": {"type": "json_schema"}}}, "missing_required_parameter", "text.format.name"),
    ({"text": {"format": {"type": "json_object"}}, "input": "hi"}, None, "input"),
    ({"include": ["everything"]}, "invalid_value", "include[0]"),
    ({"stream_options": {}}, None, "stream_options"),
    ({"messages": []}, "unknown_parameter", "messages"),
]


@pytest.mark.parametrize(("change", "code", "param"), REFUSED)
def test_a_refusal_names_the_field(openai: Any, change: dict[str, Any], code: str | None, param: str) -> None:
    """400 with code and param, streamed or not."""
    for more in ({}, {} if "stream_options" in change else {"stream": True}):
        reply = openai.respond(**{**change, **more})
        assert (400, code, param) == (reply.status_code, reply.json()["error"]["code"], reply.json()["error"]["param"])
