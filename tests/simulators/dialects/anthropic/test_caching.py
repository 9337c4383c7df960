"""Cache breakpoints over the wire: what is read, what is written, what is left."""

from typing import Any

import pytest

LONG = "word " * 2500
SHORT = "word " * 500
EPHEMERAL = {"type": "ephemeral"}
HOUR = {"type": "ephemeral", "ttl": "1h"}
TOOL = {"name": "f", "input_schema": {"type": "object"}}


def marked(text: str, control: dict[str, str] | None = None) -> dict[str, Any]:
    return {"type": "text", "text": text, "cache_control": control or EPHEMERAL}


def counts(reply: Any) -> tuple[int, int, int]:
    """Read, written, and the rest."""
    usage = reply.json()["usage"]
    written = usage["cache_creation_input_tokens"]
    assert written == sum(usage["cache_creation"].values())
    return usage["cache_read_input_tokens"], written, usage["input_tokens"]


def test_a_prefix_is_written_once_and_then_read(anthropic: Any) -> None:
    """The same system prompt before two questions; the whole prompt is the sum of the three counters."""
    whole = anthropic.ask("one?", system=LONG).json()["usage"]["input_tokens"]
    first = counts(anthropic.ask("one?", system=[marked(LONG)]))
    second = counts(anthropic.ask("two?", system=[marked(LONG)]))
    assert (0, whole) == (first[0], sum(first))
    assert (first[1], 0) == second[:2]


def test_without_a_breakpoint_nothing_is_cached(anthropic: Any) -> None:
    """However often it comes, and however long it is."""
    anthropic.ask("one?", system=[marked(LONG)])
    assert (0, 0) == counts(anthropic.ask("one?", system=LONG))[:2]


def test_a_short_prefix_is_not_cached(anthropic: Any) -> None:
    """Below the model's minimum both counters stay at zero, twice."""
    assert [(0, 0)] * 2 == [counts(anthropic.ask("one?", system=[marked(SHORT)]))[:2] for _ in range(2)]


def test_a_reset_forgets(anthropic: Any) -> None:
    """So that tests can be repeated."""
    first = counts(anthropic.ask("one?", system=[marked(LONG)]))
    anthropic.http.post(f"{anthropic.endpoint.control_url}/reset")
    assert first == counts(anthropic.ask("one?", system=[marked(LONG)]))


def test_a_conversation_reads_what_it_wrote_before(anthropic: Any) -> None:
    """The breakpoint at the top level moves on; the next turn looks back and finds the last one."""
    first = anthropic.ask(LONG, cache_control=EPHEMERAL)
    said = {"role": "assistant", "content": first.json()["content"]}
    turns = [{"role": "user", "content": LONG}, said, {"role": "user", "content": "and then?"}]
    second = counts(anthropic.ask(messages=turns, cache_control=EPHEMERAL))
    assert (counts(first)[1], 0) == (second[0], second[2])
    assert second[1] > 0


def test_it_looks_back_twenty_blocks_and_no_further(anthropic: Any) -> None:
    """Nineteen new blocks still hit, twenty do not."""

    def asked(more: int) -> tuple[int, int, int]:
        blocks = [{"type": "text", "text": f"block {number}"} for number in range(more)]
        blocks[-1] |= {"cache_control": EPHEMERAL}
        content = [{"type": "text", "text": LONG}, *blocks]
        return counts(anthropic.ask(messages=[{"role": "user", "content": content}]))

    anthropic.ask(messages=[{"role": "user", "content": [marked(LONG)]}])
    assert (0, True) == (asked(20)[0], asked(19)[0] > 0)


def test_both_lives_are_told_apart(anthropic: Any) -> None:
    """An hour for the tools, five minutes for the system prompt after them."""
    tool = {**TOOL, "description": LONG, "cache_control": HOUR}
    usage = anthropic.ask("one?", tools=[tool], system=[marked(LONG)]).json()["usage"]["cache_creation"]
    assert all(usage[name] > 2500 for name in ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"))


def test_what_changes_invalidates_what_stands_after_it(anthropic: Any) -> None:
    """Another tool loses all; another tool_choice keeps tools and system, and loses the messages."""

    def asked(**more: Any) -> tuple[int, int, int]:
        messages = [{"role": "user", "content": [marked("q " * 3000)]}]
        return counts(anthropic.ask(messages=messages, system=[marked(LONG)], **{"tools": [TOOL], **more}))

    written = asked()[1]
    kept = asked(tool_choice={"type": "none"})
    assert (written, 0) == asked()[:2]
    assert 0 < kept[0] < written
    assert 0 == asked(tools=[{**TOOL, "name": "g"}])[0]


def test_a_breakpoint_does_not_change_what_is_said(anthropic: Any) -> None:
    """Only what is counted."""
    asked = [[{"type": "text", "text": LONG}], [marked(LONG)]]
    assert 1 == len({anthropic.ask("one?", system=system).json()["content"][0]["text"] for system in asked})


def test_streams_count_alike(anthropic: Any) -> None:
    """In message_start and in message_delta."""
    anthropic.ask("one?", system=[marked(LONG)])
    read = counts(anthropic.ask("one?", system=[marked(LONG)]))[0]
    text = anthropic.ask("one?", system=[marked(LONG)], stream=True).text
    assert 2 == text.count(f'"cache_read_input_tokens":{read}')


def test_a_failed_request_leaves_nothing(anthropic: Any) -> None:
    """What was answered with an error was not cached."""
    anthropic.arm({"do": "status", "status": 529, "when": {"first": 1}})
    assert 529 == anthropic.ask("one?", system=[marked(LONG)]).status_code
    assert 0 == counts(anthropic.ask("one?", system=[marked(LONG)]))[0]


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"system": [marked("x")] * 5}, "A maximum of 4 blocks with cache_control may be provided. Found 5."),
        ({"system": [marked("x")] * 4, "cache_control": EPHEMERAL}, "Found 5."),
        ({"system": [marked("x"), marked("y", HOUR)]}, "must not come after a ttl='5m'"),
        ({"system": [marked("x", {"type": "ephemeral", "ttl": "2h"})]}, "system.0.cache_control.ttl"),
        ({"system": [marked("x", {"type": "eternal"})]}, "cache_control.type"),
        ({"system": [marked("")]}, "non-empty"),
    ],
)
def test_wrong_breakpoints_are_refused(anthropic: Any, more: dict[str, Any], named: str) -> None:
    """In the recorded words where there are such."""
    reply = anthropic.ask(**more)
    assert (400, True) == (reply.status_code, named in reply.json()["error"]["message"]), reply.text
