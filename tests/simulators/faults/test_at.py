"""Where a fault strikes: every phase of every wire has its place, or never comes."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from novastack_simulators.faults.at import LEAST, PHASES, At, EventAt, WholeAt, parted, place
from novastack_simulators.plan import Frame, Plan

# Which event each phase comes before, by its number and kind; None: it never comes.
PLACES: dict[tuple[str, str], dict[Any, Any]] = {
    ("openai", "text"): {"first_text": (1, "text"), "before_finish": (4, "finish"), "before_usage": (5, "usage"), "before_done": (6, "done")},
    ("openai", "tools"): {"first_text": (0, "arguments"), "in_tool_args": (2, "arguments"), "before_finish": (3, "finish")},
    ("deepseek", "thinking"): {"in_reasoning": (2, "reasoning"), "first_text": (3, "text"), "before_usage": (6, "finish"), "in_tool_args": None},
    ("vllm", "thinking"): {"in_reasoning": (2, "reasoning"), "first_text": (3, "text"), "before_usage": (7, "usage")},
    ("dashscope", "tools"): {"in_reasoning": None, "in_tool_args": (3, "arguments"), "before_done": (6, "done")},
    ("anthropic", "text"): {"first_text": (3, "text"), "before_finish": (7, "finish"), "before_usage": (7, "finish"), "before_done": (8, "done")},
    ("anthropic", "tools"): {"first_text": (3, "arguments"), "in_tool_args": (5, "arguments")},
}  # fmt: skip


@pytest.mark.parametrize(("name", "said"), PLACES)
def test_every_phase_has_its_place(wires: Any, name: str, said: str) -> None:
    """The number of the event, and what it carries."""
    frames = wires(name).plan(said).frames
    found = {at: place(frames, at) for at in PLACES[name, said]}
    assert PLACES[name, said] == {
        at: None if index is None else (index, frames[index].phase) for at, index in found.items()
    }


def test_usage_is_where_it_is_said(wires: Any) -> None:
    """In an event of its own, else in the one that carries it; without usage it never comes."""
    silent = Frame("finish", 0, b'data: {"choices":[],"usage":null}\n\n')
    told = Frame("done", 0, b'event: response.completed\ndata: {"response":{"usage":{"total_tokens":3}}}\n\n')
    assert [None, 1] == [place(frames, "before_usage") for frames in ((silent,), (silent, told))]


@pytest.mark.parametrize(("tokens", "index"), [(1, 2), (2, 2), (3, 3), (8, 4), (9, None)])
def test_tokens_are_counted_from_the_first(stream: Plan, tokens: int, index: int | None) -> None:
    """After the event that holds the n-th."""
    assert index == place(stream.frames, {"after_tokens": tokens})


def test_a_plain_answer_is_one_event(plain: Plan) -> None:
    """Every phase is in it, but no token beyond its last."""
    assert {0} == {place(plain.frames, at) for at in (*PHASES, {"after_tokens": 8})}  # type: ignore[arg-type]  # they are the phases
    assert place(plain.frames, {"after_tokens": 9}) is None


@pytest.mark.parametrize("byte", range(6))
def test_a_plan_is_parted_at_any_byte(plain: Plan, stream: Plan, byte: int) -> None:
    """What stands before it, and the rest; no token is lost, no time changed."""
    for plan in (plain, stream):
        found = parted(plan, {"at_byte": byte})
        assert found is not None
        whole, start = found
        assert (b"".join(frame.data for frame in plan.frames)[:byte]) == b"".join(
            frame.data for frame in whole.frames[:start]
        )
        assert [sum(frame.tokens for frame in each.frames) for each in (plan, whole)] == [8, 8]
        assert sorted(set(plan.dues)) == sorted(set(whole.dues))
    assert parted(plain, {"at_byte": 6}) is None


@pytest.mark.parametrize("given", ["nowhere", 5, None, {}, {"after_tokens": 0}, {"after_tokens": True}, {"at_byte": -1},
                                   {"after_tokens": 1, "at_byte": 2}, {"after_tokens": 1.5}, [], {"before_done": 1}, "after_tokens"])  # fmt: skip
def test_what_is_no_place_is_refused(given: Any) -> None:
    """With all that there are."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(At).validate_python(given)
    text = str(caught.value)
    assert all(word in text for word in (*PHASES, *LEAST))
    assert f"got {given!r}" in text


def test_a_fault_may_know_fewer_places() -> None:
    """And says which."""
    with pytest.raises(ValidationError, match="expected before_headers, got 'queued'"):
        TypeAdapter(WholeAt).validate_python("queued")
    with pytest.raises(ValidationError, match=r'or \{"after_tokens": 1 or more\}, got \{\'at_byte\': 3\}'):
        TypeAdapter(EventAt).validate_python({"at_byte": 3})
