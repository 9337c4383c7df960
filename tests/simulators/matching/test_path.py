"""A path leads to one value of a body, or to none."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.matching import path

BODY: dict[str, Any] = {
    "metadata": {"team": "red", "odd.name": 1, "null": None},
    "messages": [{"role": "system"}, {"role": "user", "content": [{"type": "text"}]}],
}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("metadata.team", ("red",)),
        ('metadata["odd.name"]', (1,)),
        ("metadata.null", (None,)),
        ("messages[0].role", ("system",)),
        ("messages[-1].role", ("user",)),
        ("messages[-1].content[0].type", ("text",)),
        ("metadata.city", ()),
        ("messages[2]", ()),
        ("messages[-3]", ()),
        ("metadata[0]", ()),
        ("messages.role", ()),
        ("metadata.null.deeper", ()),
        ("metadata.team.deeper", ()),
    ],
)
def test_it_leads_to_one_value_or_none(given: str, expected: tuple[Any, ...]) -> None:
    """A null is a value; what is not there is none."""
    assert expected == path.values(BODY, given)


@pytest.mark.parametrize(
    ("given", "character"),
    [
        ("", 1),
        ("a..b", 2),
        (".a", 1),
        ("a.", 2),
        ("a[", 2),
        ("a[x]", 2),
        ("a b", 2),
        ("[0]a", 4),
        ('a["b]', 2),
        ("$", 0),
    ],
)
def test_what_cannot_be_read_is_an_error_at_its_character(given: str, character: int) -> None:
    """The message shows what a path looks like."""
    if not character:
        assert ("$",) == path.steps(given)
        return
    with pytest.raises(ValueError, match=f"cannot be read at character {character}: a path is names and indices"):
        path.steps(given)


def test_an_endless_path_is_refused() -> None:
    """Its length is bounded."""
    with pytest.raises(ValueError, match="cannot be read"):
        path.steps("a." * 300 + "a")


@given(st.text(max_size=30))
def test_any_text_is_a_path_or_an_error(text: str) -> None:
    """Nothing else comes out of it, and every path can be followed."""
    try:
        path.steps(text)
    except ValueError:
        return
    assert path.values(BODY, text) in ((), path.values(BODY, text))


@given(st.text(min_size=1, max_size=20))
def test_any_name_can_be_quoted(name: str) -> None:
    """With a backslash before quotes and backslashes."""
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    assert (7,) == path.values({name: 7}, f'["{quoted}"]')
