"""A request as stubs see it."""

from typing import Any

from novastack_simulators.prompt import Turn


def test_the_last_message_is_the_last_whoever_spoke(scene: Any) -> None:
    """So a stub on the user's words does not match again once a tool has answered: agent loops end."""
    assert "22 C" == scene(("user", "weather"), ("assistant", "get_weather{}"), ("tool", "22 C")).last_message


def test_tool_results_are_those_since_the_assistant_spoke(scene: Any) -> None:
    """Not the ones that were answered long ago; in their order."""
    said = [("user", "u"), ("assistant", "a"), ("tool", "old"), ("assistant", "b"), ("tool", "one"), ("tool", "two")]
    assert ("one", "two") == scene(*said).tool_results
    assert () == scene(*said, ("assistant", "c"), ("user", "thanks")).tool_results


def test_results_inside_a_message_are_seen_one_by_one(scene: Any) -> None:
    """Anthropic's user messages carry several, and words of the user after them."""
    base = scene(("user", "u"))
    turn = Turn(role="user", text="one\ntwo\nand now?", results=("one", "two"))
    asked = type(base)(
        prompt=type(base.prompt)(model="m", turns=(turn,), content=b"", fingerprint=b""), fields={}, body=b"{}"
    )
    assert ("one", "two") == asked.tool_results


def test_the_body_is_read_when_asked_for(scene: Any) -> None:
    """And then once."""
    asked = scene(body={"a": [1]})
    assert {"a": [1]} == asked.json
    assert asked.json is asked.json
