"""A claim that is not true says what was wanted, what was found and what came nearest."""

from typing import Any

from novastack_simulators.journal import Claim, Journal, Keeping, Verified, at_once, verify


def verified(journal: Journal, **claim: Any) -> Verified:
    return at_once(verify(journal, Claim.model_validate(claim)))


def test_a_claim_that_is_true(journal: Journal, arrive: Any) -> None:
    """Says what was found, and shows it."""
    arrive(canary="c-1", status=200)
    arrive(canary="c-2", status=200)
    for claim in ({"exactly": 1}, {"at_least": 1}, {"at_most": 1}):
        found = verified(journal, query={"canary": "c-1"}, **claim)
        assert (True, 'found 1 request with canary "c-1"', 1) == (found.ok, found.message, found.found)
    assert verified(journal, query={"canary": "c-3"}, never=True).ok
    assert ([1, 2], ()) == ([entry.sequence for entry in verified(journal, exactly=2).entries], found.nearest)


def test_too_few_tells_what_came_nearest(journal: Journal, arrive: Any) -> None:
    """The fewest differences first, of equals the newest, and of each all that differs."""
    arrive(path="/models")
    arrive(canary="c-1", status=503, attempt=1, fault="status", stub="busy")
    arrive(canary="c-1", status=200, attempt=2, request_id="r-1", scope="s", model="m", cancelled_at=1.0)
    arrive(canary="c-2", status=429)
    arrive(path="/models", ended=False)
    found = verified(journal, query={"canary": "c-1", "status": 200}, exactly=2)
    assert (
        """\
expected exactly 2 requests with canary "c-1" and status 200, found 1
  #3 POST /chat 200, attempt 2, request_id "r-1", canary "c-1", scope "s", model "m", cancelled
nearest:
  #2 POST /chat 503, attempt 1, canary "c-1", stub "busy", fault "status"
    status: wanted 200, got 503
  #5 POST /models unanswered, attempt 1, under way
    canary: wanted "c-1", got nothing
    status: wanted 200, got nothing
  #4 POST /chat 429, attempt 1, canary "c-2"
    canary: wanted "c-1", got "c-2"
    status: wanted 200, got 429"""
        == found.message
    )
    assert (False, 1, [2, 5, 4]) == (found.ok, found.found, [miss.entry.sequence for miss in found.nearest])


def test_too_many_tells_which(journal: Journal, arrive: Any) -> None:
    """The first few, and how many more."""
    for _ in range(7):
        arrive()
    never, most = verified(journal, never=True), verified(journal, at_most=6)
    assert "expected no request, found 7\n  #1 POST /chat unanswered, attempt 1\n" in never.message
    assert never.message.endswith("  #5 POST /chat unanswered, attempt 1\n  and 2 more")
    assert (False, False, ()) == (never.ok, most.ok, most.nearest)
    assert most.message.startswith("expected at most 6 requests, found 7\n")


def test_an_empty_journal_says_so(journal: Journal) -> None:
    """Where there is nothing, nothing came near."""
    found = verified(journal, query={"status": 200}, at_least=1)
    assert "expected at least 1 request with status 200, found none\nthe journal is empty" == found.message


def test_what_was_dropped_is_told() -> None:
    """A claim about what is no longer known cannot be judged by the reader without it."""
    journal = Journal("u", Keeping(capacity=1))
    for _ in range(3):
        journal.close(journal.open("GET", "/", (), now=0.0))
    found = verified(journal, never=True, query={"path": "/x"})
    assert (True, 2) == (found.ok, found.dropped)
    assert found.message.endswith("\n2 older entries were dropped and could not be looked at")


def test_in_order(journal: Journal, arrive: Any) -> None:
    """Others may stand in between, and each takes one entry."""
    for status in (503, 429, 503, 200):
        arrive(status=status)
    assert verified(journal, in_order=[{"status": 503}, {"status": 200}]).ok
    assert verified(journal, in_order=[{"status": 503}, {"status": 503}]).ok
    assert not verified(journal, in_order=[{"status": 429}, {"status": 429}]).ok
    assert "found 2 requests in order" == verified(journal, in_order=[{}, {}]).message


def test_out_of_order_tells_where_it_broke_off(journal: Journal, arrive: Any) -> None:
    """What was found, what is missing, whether it came too early, and what came nearest after."""
    arrive(path="/a", status=200)
    arrive(path="/b", status=503)
    arrive(path="/c", status=200)
    found = verified(journal, in_order=[{"path": "/b"}, {"path": "/a"}, {"path": "/c"}])
    assert (
        """\
expected 3 requests in order, found only the first 1
  1. path "/b": #2 POST /b 503, attempt 1
  2. path "/a": none after #2; #1 is one, but it is not after it
nearest:
  #3 POST /c 200, attempt 1
    path: wanted "/a", got "/c\""""
        == found.message
    )
    assert (False, 1) == (found.ok, found.found)
    first = verified(journal, in_order=[{"path": "/x"}]).message
    assert first.startswith('expected 1 request in order, found not even the first\n  1. path "/x": none\nnearest:\n')


def test_order_may_be_that_of_some(journal: Journal, arrive: Any) -> None:
    """Those that the query means."""
    for scope, status in (("s", 200), ("t", 503), ("s", 429)):
        arrive(scope=scope, status=status)
    assert verified(journal, in_order=[{"status": 200}, {"status": 503}]).ok
    assert not verified(journal, query={"scope": "s"}, in_order=[{"status": 200}, {"status": 503}]).ok


def test_the_same_claim_can_fail(journal: Journal, arrive: Any) -> None:
    """Each word, on a journal of two."""
    arrive()
    arrive()
    for claim in ({"exactly": 2}, {"at_least": 2}, {"at_most": 2}, {"in_order": [{}, {}]}):
        assert verified(journal, **claim).ok
    for claim in (
        {"exactly": 1},
        {"exactly": 3},
        {"at_least": 3},
        {"at_most": 1},
        {"never": True},
        {"in_order": [{}] * 3},
    ):
        assert not verified(journal, **claim).ok


def test_it_is_told_as_plain_values(journal: Journal, arrive: Any) -> None:
    """Entries without their headers and bodies."""
    arrive(status=503)
    told = verified(journal, query={"status": 200}, at_least=1).told()
    (nearest,) = told["nearest"]
    assert ([{"part": "status", "wanted": "200", "got": "503"}], 503) == (
        nearest["differs"],
        nearest["entry"]["status"],
    )
    assert {"ok", "message", "found", "entries", "nearest", "dropped"} == {*told}
    assert not {"headers", "body"} & {*nearest["entry"]}


def test_what_came_in_slices_is_all_looked_at(journal: Journal, arrive: Any) -> None:
    """A journal longer than one step of reading."""
    for number in range(700):
        arrive(status=200 + number % 2)
    found = verified(journal, query={"status": 200}, exactly=351)
    assert (350, [700, 698, 696]) == (found.found, [miss.entry.sequence for miss in found.nearest])
