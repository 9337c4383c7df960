"""What the prompt asks for: faults and a framing, or a clear error."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.faults.directive import DirectiveError, directive


def done(text: str) -> list[tuple[str, Any]]:
    found = directive(text)
    assert found is not None
    return [(fault.do, fault.at) for fault in found.faults]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("Hello [[sim failover-s05]] there", [("rst", "before_headers")]),
        ('[[sim {"do": "rst", "at": {"after_tokens": 5}}]]', [("rst", {"after_tokens": 5})]),
        (
            'a\n[[sim   [{"do": "rst"}, {"preset": "empty-200"}] ]]\nb',
            [("rst", "before_headers"), ("empty_body", "before_headers")],
        ),
        ('[[sim [{"do":"rst","when":{"between":[0,5]}}]]]', [("rst", "before_headers")]),
        ('[[sim {"do":"wrong_model","model":"]]"}]]', [("wrong_model", "before_headers")]),
        ("[[sim empty-200]] and [[sim html-502]]", [("empty_body", "before_headers"), ("html_page", "before_headers")]),
        ('[[sim {"framing": {"gzip": true}, "faults": [{"do": "fin"}]}]]', [("fin", "before_headers")]),
    ],
)
def test_faults_are_asked_for(text: str, faults: list[tuple[str, Any]]) -> None:
    """By a preset's name, as one fault or as a list, wherever in the text."""
    assert faults == done(text)


def test_a_framing_is_passed_through() -> None:
    """As it was given: who frames reads it. Of two the later counts."""
    found = directive('[[sim {"framing": "crlf"}]] [[sim {"framing": {"write": "event"}}]] [[sim empty-200]]')
    assert found is not None
    assert ({"write": "event"}, 1) == (found.framing, len(found.faults))


@pytest.mark.parametrize("text", ["", "hello", "[[simulation]]", "[[sim]]", "[sim rst]", "[[ sim rst]]", "[[SIM rst]]"])
def test_what_does_not_begin_like_one_is_none(text: str) -> None:
    """It is a text like any other."""
    assert directive(text) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[sim nothing]]", "unknown preset 'nothing': known are overloaded"),
        ("[[sim ]]", "says nothing: expected [[sim <preset>]]"),
        ("[[sim empty-200", "does not end with ]]"),
        ("[[sim empty-200 and more]]", "does not end with ]]"),
        ('[[sim {"do": "rst"]]', "is not JSON"),
        ('[[sim {"do": "rst"}', "does not end with ]]"),
        ('[[sim {"do": "explode"}]]', "unknown fault 'explode': known are status"),
        ('[[sim {"do": "rst", "at": "x"}]]', "at: expected queued"),
        ('[[sim {"do": "rst", "when": {"nth": 0}}]]', "when.nth: Input should be greater than or equal to 1, got 0"),
        ("[[sim [1]]]", "a fault says what to `do`, got 1"),
        ('[[sim {"framing": "crlf", "x": 1}]]', "expects framing and faults, or one fault, got 'x' besides"),
        ('[[sim {"faults": 5}]]', "got 5"),
    ],
)
def test_what_cannot_be_read_is_an_error(text: str, told: str) -> None:
    """That says what is wrong and what would be right: a test must not miss its target unseen."""
    with pytest.raises(DirectiveError) as caught:
        directive(text)
    assert told in str(caught.value)


@given(st.text(alphabet='[]{}sim ":,do1rst\n', max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    """It is read, or refused with a sentence."""
    with contextlib.suppress(DirectiveError):
        directive(text)
