"""What may be shown of a foreign text."""

from hypothesis import given
from hypothesis import strategies as st

from novastack_gateway.errors import Problem
from novastack_gateway.redaction import redact, without

SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=40)


@given(st.text(max_size=30), SECRETS, st.text(max_size=30))
def test_a_known_secret_is_taken_out_whatever_its_shape(before: str, secret: str, after: str) -> None:
    """No pattern has to recognise it."""
    text = without(secret, f"{before} {secret} {after}")
    assert secret not in text.replace("[redacted]", "")


def test_a_secret_at_the_edge_of_what_is_shown() -> None:
    """Text is cut after it was redacted, so that no half of a key is left."""
    assert "sk-" not in redact("x" * 2040 + " sk-abcdefghijklmnop")


def test_a_problem_loses_a_secret_in_all_its_words() -> None:
    """Message, code and parameter."""
    problem = Problem(502, "it is hidden!", code="hidden!", param="a.hidden!").without("hidden!")
    assert ("it is [redacted]", "[redacted]", "a.[redacted]") == (problem.message, problem.code, problem.param)
