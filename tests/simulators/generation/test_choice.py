"""Limits and stops cut at tokens and characters, also where a character takes several tokens."""

import pytest

from novastack_simulators.generation.choice import Choice, limited
from novastack_simulators.prompt import Prompt, Turn

TEXT = ("a", "b ", "", "", "你", "c")


def prompt(*, limit: int | None = None, stop: tuple[str, ...] = ()) -> Prompt:
    turn = Turn(role="user", text="x")
    return Prompt(model="m", turns=(turn,), content=b"", fingerprint=b"", limit=limit, stop=stop)


@pytest.mark.parametrize(
    ("stop", "kept"),
    [
        ("你", ("a", "b ")),
        ("c", ("a", "b ", "", "", "你")),
        ("b", ("a",)),
        (" ", ("a", "b")),
        ("a", ()),
        ("b 你", ("a",)),
    ],
)
def test_a_stop_keeps_the_tokens_of_what_was_said(stop: str, kept: tuple[str, ...]) -> None:
    """The first bytes of a character that is not said are not counted."""
    assert kept == limited(Choice(text=TEXT), prompt(stop=(stop,))).text


def test_a_limit_inside_a_character_counts_its_bytes() -> None:
    """Four tokens are four tokens, although the last two say nothing."""
    cut = limited(Choice(text=TEXT), prompt(limit=4))
    assert (4, "ab ", "length") == (cut.tokens, "".join(cut.text), cut.finish)
