"""A prompt as blocks of a KV cache: prompts that begin alike share digests exactly as far as they are alike."""

from itertools import pairwise, takewhile
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from novastack_simulators.blocks import LONGEST, blocks
from novastack_simulators.generation.tokens import segment
from novastack_simulators.prompt import Prompt, Tool, Turn

LETTERS = 7
SIZE = 4
MOST = 10_000


def prompt(*texts: str, model: str = "m", tools: tuple[Tool, ...] = (), **more: Any) -> Prompt:
    turns = tuple(Turn(role="user", text=text) for text in texts)
    return Prompt(model=model, turns=turns, content=b"", fingerprint=b"", tools=tools, **more)


def shared(one: tuple[bytes, ...], other: tuple[bytes, ...]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


@settings(deadline=None)
@given(st.text(max_size=300))
def test_each_full_block_has_a_digest(text: str) -> None:
    """What is left over has none."""
    tokens = segment(f"\nuser\n{text}", LETTERS)
    assert len(tokens) // SIZE == len(blocks(prompt(text), LETTERS, SIZE, MOST))


@settings(deadline=None)
@given(st.text("ab ", max_size=200), st.text("ab ", max_size=80), st.text("ab ", max_size=80))
def test_what_begins_alike_shares_its_beginning(beginning: str, one: str, other: str) -> None:
    """Digest by digest as far as the tokens are the same, and never again after."""
    found = [blocks(prompt(beginning + end), LETTERS, SIZE, MOST) for end in (one, other)]
    tokens = [segment(f"\nuser\n{beginning + end}", LETTERS) for end in (one, other)]
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(*tokens, strict=False)))
    common = shared(found[0], found[1])
    assert min(alike // SIZE, *map(len, found)) == common
    assert set(found[0][common:]) & set(found[1][common:]) == set()


def test_at_most_so_many() -> None:
    """The first ones; a prompt may be counted shorter than its text."""
    whole = blocks(prompt("a b c d e f g h " * 20), LETTERS, SIZE, MOST)
    assert whole[:3] == blocks(prompt("a b c d e f g h " * 20), LETTERS, SIZE, 3)
    assert () == blocks(prompt("a b c d e f g h " * 20), LETTERS, SIZE, 0)


def test_beyond_the_bound_nothing_is_cached() -> None:
    """The work is bounded: a hundred thousand characters."""
    long = "word " * LONGEST
    assert LONGEST // 5 // SIZE == len(blocks(prompt(long), LETTERS, SIZE, MOST))


def test_other_things_are_other_blocks() -> None:
    """Another model, another role, tools before the turns; the limits are none of it."""
    text = "a b c d e f g h i j k l m n o p q r s t"
    plain = blocks(prompt(text), LETTERS, SIZE, MOST)
    tool = Tool(name="weather", schema={}, text="weather: tells the weather of a city")
    said = Prompt(model="m", turns=(Turn(role="assistant", text=text),), content=b"", fingerprint=b"")
    for other in (prompt(text, model="n"), prompt(text, tools=(tool,)), said):
        assert 0 == shared(plain, blocks(other, LETTERS, SIZE, MOST))
    assert plain == blocks(prompt(text, limit=5, stop=("x",), stream=True), LETTERS, SIZE, MOST)


def test_a_conversation_goes_on_from_its_beginning() -> None:
    """The next turn adds blocks and changes none."""
    turns = ("a b c d e f g h i j", "k l m n o p q r s t", "u v w x y z")
    found = [blocks(prompt(*turns[:count]), LETTERS, SIZE, MOST) for count in (1, 2, 3)]
    for earlier, later in pairwise(found):
        assert len(earlier) - 1 <= shared(earlier, later) < len(later)
