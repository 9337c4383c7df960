"""Templates: what is put in, what is an error when a stub is loaded, and that nothing is evaluated."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.stubs.template import FAMILIES, LONGEST, MOST, NAMES, READABLE, everywhere, filled, readable


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("plain {words}", "plain {words}"),
        ("You said {{ last_message }}.", "You said Hi canary:abcd."),
        ("{{last_message}}{{ model }}", "Hi canary:abcdm"),
        ("{{ canary }}", "canary:abcd"),
        ("{{ tool_result }}", ""),
        ("{{ json.metadata.team }}", "red"),
        ("{{ json.n }} {{ json.list[-1] }} {{ json.metadata }}", '1.5 2 {"team":"red"}'),
        ("{{ json.nothing }}!", "!"),
        ("{{ header.X-Team }}", "blue"),
        ("{{ header.x-none }}", ""),
        (r"\{{ model }} {{ model }}", "{{ model }} m"),
        ("}} }", "}} }"),
    ],
)
def test_it_is_filled(scene: Any, template: str, expected: str) -> None:
    """From the request; what is not there is empty, what is no text is JSON."""
    body = {"metadata": {"team": "red"}, "n": 1.5, "list": [1, 2]}
    asked = scene(("user", "Hi canary:abcd"), fields={"x-team": "blue"}, body=body)
    assert expected == filled(readable(template), asked)


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{{ last_mesage }}", "unknown name {{ last_mesage }}: known are last_message,"),
        ("{{ }}", "unknown name"),
        ("{{ counter }}", "unknown name"),
        ("{{ json }}", "unknown name"),
        ("{{ last_message.x }}", "unknown name"),
        ("{{ ''.__class__ }}", "unknown name"),
        ("{{ json.a..b }}", "cannot be read"),
        ("{{ header.authorization }}", "carries a credential"),
        ("{{ header.a b }}", "is not the name of a header"),
        ("{{ model", "is not closed"),
        ("{{ model }} {{", "is not closed"),
        ("{{ model }}" * (MOST + 1), f"at most {MOST} fields"),
    ],
)
def test_a_bad_template_is_refused(template: str, reason: str) -> None:
    """When the stub is loaded, not when it replies."""
    with pytest.raises(ValueError, match=reason):
        readable(template)


@given(st.text(max_size=40))
def test_what_is_put_in_is_not_read_again(scene: Any, said: str) -> None:
    """A caller's braces are words like any others."""
    injected = said + "{{ json.secret }}"
    asked = scene(("user", injected), body={"secret": "s3cret"})
    assert f"<{injected}>" == filled("<{{ last_message }}>", asked)


@given(st.text(max_size=40))
def test_any_text_is_a_template_or_an_error(scene: Any, text: str) -> None:
    """And what is a template can be filled."""
    try:
        readable(text)
    except ValueError:
        return
    assert isinstance(filled(text, scene()), str)


def test_a_value_is_bounded(scene: Any) -> None:
    """A request cannot make a reply of any length."""
    assert LONGEST == len(filled("{{ last_message }}", scene(("user", "x" * (LONGEST + 5)))))


def test_texts_inside_a_value_are_changed_and_names_are_not() -> None:
    """However deep they are."""
    assert {"a": ["A", {"b": "B"}], "n": 1} == everywhere({"a": ["a", {"b": "b"}], "n": 1}, str.upper)


def test_every_family_can_be_checked() -> None:
    """Each has its reader, and shares no name."""
    assert set(FAMILIES) == set(READABLE)
    assert not set(FAMILIES) & set(NAMES)
