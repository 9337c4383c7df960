"""DashScope's errors: its texts, its codes by fault, data inspection, and the two ways to name a request."""

import json
import re
from typing import Any

import httpx
import openai
import pytest

from novastack_simulators.dialects.dashscope.errors import CODES

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"enable_thinking": True}, "parameter.enable_thinking must be set to false for non-streaming calls"),
    (
        {"enable_thinking": True, "stream": True, "incremental_output": False},
        'The incremental_output parameter must be "true" when enable_thinking is true',
    ),
    ({"stream": True, "incremental_output": False}, "The incremental_output parameter cannot be set to false"),
    *(
        (
            {"thinking_budget": budget},
            "The thinking_budget parameter must be a positive integer and not greater than 38912",
        )
        for budget in (0, -1, 38_913)
    ),
    ({"max_tokens": 16_385}, "Range of max_tokens should be [1, 16384]"),
]


@pytest.mark.parametrize(("change", "text"), REFUSED)
def test_a_bad_parameter_is_refused_in_its_words(dashscope: Any, change: dict[str, Any], text: str) -> None:
    """Byte for byte: the key order, the null, the request's id."""
    reply = dashscope.ask(**change)
    error = {"message": text, "type": "invalid_request_error", "param": None, "code": "invalid_parameter_error"}
    body = {"error": error, "request_id": reply.headers["x-request-id"]}
    assert (400, json.dumps(body, separators=(",", ":"))) == (reply.status_code, reply.text)


def test_the_longest_input_is_told(dashscope: Any) -> None:
    """In tokens."""
    reply = dashscope.ask("word " * 130_000)
    assert (400, "Range of input length should be [1, 129024]") == (
        reply.status_code,
        reply.json()["error"]["message"],
    )


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("do", ["status", "in_band_error"])
def test_a_code_chooses_among_the_errors_of_a_status(dashscope: Any, code: str, do: str) -> None:
    """Text and type are those of the code, the status is the one asked for, in the head or in the stream."""
    row = CODES[code]
    dashscope.arm({"do": do, "status": row.status, "code": code, **({"at": "first_text"} if do != "status" else {})})
    reply = dashscope.ask(stream=True)
    error = reply.json() if do == "status" else json.loads(reply.text.split("\n\n")[-2].removeprefix("data: "))
    assert row.status == reply.status_code if do == "status" else reply.status_code == 200
    assert (row.text, row.type, code) == tuple(error["error"][name] for name in ("message", "type", "code"))


def test_an_unknown_code_stands_in_the_usual_body(dashscope: Any) -> None:
    """So that any code can be tried."""
    dashscope.arm({"do": "status", "status": 429, "code": "limit_something"})
    error = dashscope.ask().json()["error"]
    assert ("limit_something", "Requests rate limit exceeded, please try again later.") == (
        error["code"],
        error["message"],
    )


INSPECTION = (
    '{"error":{"code":"data_inspection_failed","param":null,"message":"%s","type":"data_inspection_failed"},'
    '"id":"chatcmpl-*"}'
)


def masked(text: str) -> str:
    return re.sub(r"chatcmpl-[0-9a-f-]{36}", "chatcmpl-*", text)


@pytest.mark.parametrize("stream", [True, False])
def test_a_prompt_that_inspection_finds_is_a_400(dashscope: Any, stream: bool) -> None:
    """Before anything is said, with an id in place of the request's."""
    reply = dashscope.ask("novastack-inspect-input please", stream=stream)
    expected = INSPECTION % "Input text data may contain inappropriate content."
    assert (400, expected) == (reply.status_code, masked(reply.text))


def test_an_answer_that_inspection_finds_breaks_off_the_stream(dashscope: Any) -> None:
    """A data line after the first piece, with the id of the chunks, and no terminator; a plain answer is a 400."""
    reply = dashscope.ask("novastack-inspect-output please", stream=True)
    *chunks, error, rest = reply.text.split("\n\n")
    expected = "data: " + INSPECTION % "Output data may contain inappropriate content."
    assert (200, 2, expected, "") == (reply.status_code, len(chunks), masked(error), rest)
    assert 1 == len(set(re.findall(r"chatcmpl-[0-9a-f-]{36}", reply.text)))
    whole = dashscope.ask("novastack-inspect-output please")
    assert (400, expected.removeprefix("data: ")) == (whole.status_code, masked(whole.text))


def test_only_what_a_user_says_is_inspected(dashscope: Any) -> None:
    """A prompt that only quotes the word elsewhere is answered."""
    messages = [{"role": "system", "content": "novastack-inspect-input"}, {"role": "user", "content": "hi"}]
    assert 200 == dashscope.ask(messages=messages).status_code


def test_the_sdk_raises_what_breaks_off_a_stream(dashscope: Any) -> None:
    """As an APIError with the code kept."""
    endpoint = dashscope.endpoint
    with openai.OpenAI(base_url=endpoint.base_url, api_key=endpoint.api_key, max_retries=0) as sdk:
        stream = sdk.chat.completions.create(
            model=endpoint.models[0],
            messages=[{"role": "user", "content": "novastack-inspect-output"}],
            stream=True,
            extra_body={"enable_thinking": False},
        )
        with pytest.raises(openai.APIError) as caught:
            list(stream)
    assert "data_inspection_failed" == caught.value.code


def test_errors_can_be_named_by_the_answers_id(dashscope: Any, by_id: httpx.Client) -> None:
    """The quirk `error_id`: both have been recorded."""
    found = by_id.post("/chat/completions", json={"model": "m", "messages": []}).json()
    assert {"error", "id"} == found.keys()
    assert found["id"].startswith("chatcmpl-")
    assert {"error", "request_id"} == dashscope.ask(model="m").json().keys()
