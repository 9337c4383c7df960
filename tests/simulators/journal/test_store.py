"""Entries that have ended: nothing of them is lost, and they go in the order in which they came."""

import gc

from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.journal import Differs, Entry, Nearest, Tokens
from novastack_simulators.journal.segment import INDEXED, Segment
from novastack_simulators.journal.store import BATCH, LONGEST, Store


def entry(sequence: int, **known: object) -> Entry:
    return Entry(sequence=sequence, upstream="u", method="POST", path="/", arrived=1.0, **known)  # type: ignore[arg-type]


WHOLE = entry(
    1, request_id="r", canary="c-1", scope="s", key="k", model="m", stream=True, attempt=2, status=200, stub="st",
    fault="rst", expectation="e", cancelled_at=2.0, ended=True, planned_first_byte=1.1, planned_end=1.2, first_byte=1.3,
    last_byte=1.4, lateness=0.1, tokens=Tokens(prompt=1, reasoning=2, completion=3, sent=4),
    nearest=Nearest("n", (Differs("a", "b", "c"),)), headers=((b"a", b"\xff"),), body_bytes=9,
)  # fmt: skip


def test_an_entry_comes_back_as_it_was() -> None:
    """Every field, and its body."""
    store = Store(100, 100)
    defaults = {name: getattr(entry(1), name) for name in Entry.__struct_fields__}
    assert {"sequence", "upstream", "method", "path", "arrived", "body"} == {
        name for name, value in defaults.items() if getattr(WHOLE, name) == value
    }
    store.keep(WHOLE, b"body")
    found = store.entry(1)
    assert found is not None
    assert b"body" == found.body
    found.body = b""
    assert found == WHOLE


def test_a_summary_is_the_beginning_of_an_entry() -> None:
    """Read without the rest."""
    store = Store(100, 100)
    store.keep(WHOLE, b"")
    summary = store.summary(1)
    assert summary is not None
    assert all(getattr(WHOLE, name) == getattr(summary, name) for name in summary.__struct_fields__)


def test_what_is_not_there_is_none() -> None:
    """In a segment that is there, and in one that is not."""
    store = Store(100, 100)
    store.keep(entry(1), b"")
    assert (None, None, None, None) == (store.entry(2), store.summary(2), store.entry(99), store.summary(99))


def test_it_is_found_by_its_values() -> None:
    """One, several, over segments; an empty value is not indexed."""
    store = Store(32, 0)
    for number in range(1, 8):
        store.keep(entry(number, request_id="r", canary=f"c{number % 2}"), b"")
    assert [1, 2, 3, 4, 5, 6, 7] == sorted(store.having("request_id", "r"))
    assert [2, 4, 6] == sorted(store.having("canary", "c0"))
    assert [[], []] == [store.having("canary", "c9"), store.having("scope", "")]


def test_the_oldest_go_by_segments() -> None:
    """Once nothing in one is wanted any more."""
    store = Store(32, 100)
    for number in range(1, 7):
        store.keep(entry(number, scope="s"), b"x")
    store.drop(3)
    assert [None, None, 3, 4] == [found and found.sequence for found in map(store.entry, (1, 2, 3, 4))]
    store.drop(4)
    assert [5, 6] == sorted(store.having("scope", "s"))


def test_entries_of_a_value_can_be_removed() -> None:
    """Also from a segment that is full; the others stay."""
    store = Store(32, 100)
    for number in range(1, 6):
        store.keep(entry(number, scope="st"[number % 2]), b"x")
    store.remove("scope", "s")
    assert [1, None, 3, None, 5] == [found and found.sequence for found in map(store.entry, range(1, 6))]
    store.keep(entry(6, scope="s"), b"x")
    assert store.entry(6) is not None


def test_the_collector_has_nothing_to_look_through() -> None:
    """A full segment is not tracked but for its own few containers."""
    segment = Segment(1, 3)
    for number in range(1, 4):
        segment.keep(entry(number, request_id=f"r{number}", canary=f"c{number}", scope=f"s{number}"))
    gc.collect()
    assert [False] * 4 == [gc.is_tracked(segment.records), *(gc.is_tracked(segment.indexes[name]) for name in INDEXED)]
    assert not gc.is_tracked(entry(1))


def test_segments_are_bounded() -> None:
    """So that one that goes takes little time to go."""
    assert (1, 1, 6, LONGEST, LONGEST) == tuple(Store(each, 0).size for each in (1, 16, 100, 100_000, 1_000_000))


@given(st.permutations(range(1, 13)), st.lists(st.integers(0, 9), min_size=12, max_size=12), st.integers(0, 40))
def test_of_bodies_the_newest_are_kept(ends: list[int], sizes: list[int], bound: int) -> None:
    """In whatever order the answers end, what is kept is within the bound, and no entry is lost with its body."""
    store = Store(64, bound)
    for number in ends:
        store.keep(entry(number), b"x" * sizes[number - 1])
    found = [store.entry(number) for number in range(1, 13)]
    kept = [len(each.body) for each in found if each is not None]
    assert (12, True) == (len(kept), sum(kept) <= bound)
    oldest = next((index for index, size in enumerate(kept) if size), 12)
    assert sum(sizes) > bound or kept == sizes
    assert kept[oldest:] == sizes[oldest:] or ends != sorted(ends)


def test_what_is_packed_later_is_found_at_once() -> None:
    """By its number, by a value, before and after a batch is full; forgotten and cleared like all else."""
    store = Store(1000, 1000)
    for number in range(1, BATCH + 3):
        store.later(entry(number, scope=f"s{number % 2}"), b"b")
        if not number % 7:
            assert store.summary(number) is not None
    found = store.entry(BATCH + 2)
    assert found is not None
    assert (BATCH + 2, b"b") == (found.sequence, found.body)
    store.later(entry(BATCH + 3, scope="s1"), b"b")
    assert BATCH + 3 in store.having("scope", "s1")
    store.later(entry(BATCH + 5, scope="s1"), b"b")
    store.remove("scope", "s1")
    assert store.entry(BATCH + 5) is None
    store.later(entry(BATCH + 7), b"b")
    store.clear()
    assert store.entry(BATCH + 7) is None
