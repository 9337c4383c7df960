"""The journal is bounded, and true whatever happens in whatever order."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.journal import Entry, Journal, Keeping, Listing, Query, find, told

KEEPING = Keeping(capacity=2)


def opened(journal: Journal, path: str = "/", headers: Any = (), body: bytes | None = b"") -> Entry:
    return journal.open("POST", path, headers, body, now=1.0)


def shown(journal: Journal, **query: Any) -> list[dict[str, Any]]:
    return [told(entry) for entry in find(journal, Listing(**query))]


def test_it_keeps_the_newest_and_counts_the_dropped() -> None:
    """Beyond its capacity the oldest entry goes, whether or not its answer is over."""
    journal = Journal("u", KEEPING)
    for number in range(5):
        entry = opened(journal, f"/{number}")
        if number % 2:
            journal.close(entry)
    assert (["/3", "/4"], 3) == ([entry["path"] for entry in shown(journal)], journal.dropped)


def test_an_entry_that_was_dropped_before_its_end_stays_dropped() -> None:
    """Its answer may end long after."""
    journal = Journal("u", KEEPING)
    first = opened(journal, "/0")
    for number in range(1, 5):
        journal.close(opened(journal, f"/{number}"))
    journal.close(first)
    assert ["/3", "/4"] == [entry["path"] for entry in shown(journal)]


def test_the_request_id_is_the_header() -> None:
    """Of two the first."""
    journal = Journal("u")
    headers = ((b"host", b"x"), (b"x-request-id", b"r-\xe9"), (b"x-request-id", b"other"))
    assert ["r-é", None] == [opened(journal, headers=headers).request_id, opened(journal).request_id]


def test_headers_may_be_given_by_name() -> None:
    """For who has no pairs of bytes."""
    journal = Journal("u")
    assert "r" == opened(journal, headers={"x-request-id": "r"}).request_id
    assert {"x-request-id": "r"} == shown(journal)[0]["headers"]


def test_a_long_body_is_cut() -> None:
    """The rest is not kept; a short one is kept as it is, and how long it was is known."""
    journal = Journal("u", Keeping(body_bytes=3))
    for body in (b"abc", b"abcd", None):
        journal.close(opened(journal, body=body))
    assert [("abc", 3, False), ("abc", 4, True), ("", None, True)] == [
        (entry["body"], entry["body_bytes"], entry["truncated"]) for entry in shown(journal)
    ]


def test_the_bodies_together_are_bounded() -> None:
    """The oldest go first, and the entry says that its body is not whole."""
    journal = Journal("u", Keeping(bodies_bytes=5))
    for body in (b"aaa", b"bb", b"cc"):
        journal.close(opened(journal, body=body))
    assert [("", True), ("bb", False), ("cc", False)] == [
        (entry["body"], entry["truncated"]) for entry in shown(journal)
    ]


def test_what_is_planned_is_known() -> None:
    """When the answer begins."""
    journal = Journal("u")
    entry = opened(journal)
    journal.begin(entry, 1.5, 2.5)
    journal.close(entry)
    assert (1.5, 2.5) == tuple(shown(journal)[0][name] for name in ("planned_first_byte", "planned_end"))


def test_an_answer_ends_once() -> None:
    """What is set later is lost."""
    journal = Journal("u")
    entry = opened(journal)
    journal.close(entry)
    entry.status = 500
    journal.close(entry)
    assert [(None, True)] == [(each["status"], each["ended"]) for each in shown(journal)]


def test_clear_forgets_everything() -> None:
    """Also what was dropped; numbers go on, and what was under way is not remembered when it ends."""
    journal = Journal("u", KEEPING)
    entries = [opened(journal) for _ in range(4)]
    journal.close(entries[2])
    journal.clear()
    journal.close(entries[3])
    assert ([], 0) == (shown(journal), journal.dropped)
    assert 5 == opened(journal).sequence
    assert [5] == [entry["sequence"] for entry in shown(journal)]


def test_a_scope_can_be_forgotten_by_itself() -> None:
    """What ended and what is under way; others stay."""
    journal = Journal("u")
    for number, scope in enumerate(("s", "t", "s", "t")):
        entry = opened(journal)
        entry.scope = scope
        if number < 2:
            journal.close(entry)
    under_way = find(journal, Query(scope="s"))[1]
    journal.forget("s")
    journal.close(under_way)
    assert (["t", "t"], []) == ([entry["scope"] for entry in shown(journal)], shown(journal, scope="s"))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["open", "close", "forget", "clear"]), st.integers(0, 5), st.sampled_from(["s", "t", ""])
    ),
    max_size=60,
)


@given(STEPS, st.integers(1, 40))
def test_it_is_what_a_plain_list_would_be(steps: list[tuple[str, int, str]], capacity: int) -> None:
    """However requests arrive, end and are forgotten: the same entries, found by index or not."""
    journal, model, live, opened_ = Journal("u", Keeping(capacity=capacity)), {}, [], 0
    for step, number, scope in steps:
        if step == "open":
            entry = opened(journal, headers=((b"x-request-id", b"r%d" % number),))
            entry.canary, entry.scope = f"c{number}", scope
            opened_ += 1
            model[opened_] = (f"r{number}", f"c{number}", scope)
            live.append(entry)
        elif step == "close" and live:
            journal.close(live.pop(number % len(live)))
        elif step == "forget" and scope:
            journal.forget(scope)
            model = {key: value for key, value in model.items() if value[2] != scope}
        elif step == "clear":
            journal.clear()
            model = {}
        model = {key: value for key, value in model.items() if key > opened_ - capacity}
    for place, query in enumerate(({"request_id": "r1"}, {"canary": "c1"}, {"scope": "s"})):
        expected = [key for key, value in model.items() if value[place] == next(iter(query.values()))]
        assert expected == [entry["sequence"] for entry in shown(journal, **query)]
    assert [*model] == [entry["sequence"] for entry in shown(journal)]
