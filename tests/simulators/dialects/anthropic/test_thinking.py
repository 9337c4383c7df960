"""Thinking over the wire: sealed, shown or omitted, redacted when asked for, and taken back only unaltered."""

import json
from typing import Any

import pytest

USER = {"role": "user", "content": "hi"}
SUMMARIZED = {"type": "adaptive", "display": "summarized"}
# The documented test string's form; the digits of the real one do not matter here.
MAGIC = "ANTHROPIC_MAGIC_STRING_TRIGGER_{}_" + "0" * 64


def thought(anthropic: Any, **thinking: Any) -> dict[str, Any]:
    """The thinking block of an answer."""
    block: dict[str, Any] = anthropic.ask(thinking={"type": "adaptive", **thinking}).json()["content"][0]
    return block


def replayed(anthropic: Any, block: dict[str, Any]) -> Any:
    said = {"role": "assistant", "content": [block, {"type": "text", "text": "so"}]}
    return anthropic.ask(messages=[USER, said, USER])


@pytest.mark.parametrize("display", ["summarized", "omitted"])
def test_thinking_comes_back_unaltered(anthropic: Any, display: str) -> None:
    """As it was returned, it is taken."""
    assert 200 == replayed(anthropic, thought(anthropic, display=display)).status_code


@pytest.mark.parametrize(
    "change", [{"thinking": "something else"}, {"signature": "AAAA"}, {"signature": ""}, {"signature": "é"}]
)
def test_altered_thinking_is_refused(anthropic: Any, change: dict[str, str]) -> None:
    """In the recorded words, naming the block."""
    reply = replayed(anthropic, {**thought(anthropic, display="summarized"), **change})
    expected = "messages.1.content.0: Invalid `signature` in `thinking` block"
    assert (400, expected) == (reply.status_code, reply.json()["error"]["message"])


def test_effort_changes_how_long_it_thinks(anthropic: Any) -> None:
    """More effort, more thinking tokens, the least at low and the most at max."""

    def tokens(effort: str) -> int:
        reply = anthropic.ask(thinking=SUMMARIZED, output_config={"effort": effort})
        return int(reply.json()["usage"]["output_tokens_details"]["thinking_tokens"])

    assert tokens("low") < tokens("max")


def test_redacted_thinking_on_the_documented_string(anthropic: Any) -> None:
    """One block without text, counted as thinking, taken back unaltered only."""
    reply = anthropic.ask(MAGIC.format("REDACTED_THINKING"), thinking=SUMMARIZED).json()
    block = reply["content"][0]
    assert ({"type", "data"}, "redacted_thinking") == (block.keys(), block["type"])
    assert reply["usage"]["output_tokens_details"]["thinking_tokens"] > 0
    assert 200 == replayed(anthropic, block).status_code
    altered = replayed(anthropic, {**block, "data": "x" + block["data"][1:]})
    assert "Invalid `data` in `redacted_thinking` block" in altered.json()["error"]["message"]


def test_redacted_thinking_streams_whole(anthropic: Any) -> None:
    """It stands in content_block_start, and no delta follows before its stop."""
    text = anthropic.ask(MAGIC.format("REDACTED_THINKING"), thinking=SUMMARIZED, stream=True).text
    kinds = [json.loads(line[6:])["type"] for line in text.split("\n") if line.startswith("data: ")]
    assert ["message_start", "content_block_start", "ping", "content_block_stop"] == kinds[:4]


def test_the_string_means_nothing_without_thinking(anthropic: Any) -> None:
    """There is no thinking to redact."""
    assert ["text"] == [block["type"] for block in anthropic.ask(MAGIC.format("REDACTED_THINKING")).json()["content"]]


@pytest.mark.parametrize("stream", [False, True])
def test_a_refusal_on_the_documented_string(anthropic: Any, stream: bool) -> None:
    """Nothing is said, stop_reason is refusal, and stop_details is there."""
    reply = anthropic.ask(MAGIC.format("REFUSAL"), stream=stream)
    assert 200 == reply.status_code
    assert '"stop_reason":"refusal"' in reply.text
    assert '"stop_details":{"type":"refusal","category":null,"explanation":null}' in reply.text
    assert "text_delta" not in reply.text
    assert 0 == anthropic.journal()[-1]["tokens"]["completion"]


def test_a_string_like_it_is_answered(anthropic: Any) -> None:
    """Only the whole form counts."""
    assert "end_turn" == anthropic.ask("ANTHROPIC_MAGIC_STRING_TRIGGER_REFUSAL").json()["stop_reason"]


def test_forced_tools_and_thinking_exclude_each_other(anthropic: Any) -> None:
    """any and tool are refused, auto and none are not."""
    tools = [{"name": "f", "input_schema": {"type": "object"}}]

    def asked(choice: dict[str, str]) -> int:
        return int(anthropic.ask(thinking=SUMMARIZED, tools=tools, tool_choice=choice).status_code)

    choices: list[dict[str, str]] = [{"type": "any"}, {"type": "tool", "name": "f"}, {"type": "auto"}, {"type": "none"}]
    assert [400, 400, 200, 200] == [asked(choice) for choice in choices]
