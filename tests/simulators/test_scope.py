"""What a scope has to itself, and how many there are at most."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.faults import Fault
from novastack_simulators.faults.status import Status
from novastack_simulators.framing import DEFAULT, Framing
from novastack_simulators.prefixes import Unit
from novastack_simulators.quotas import Account, Need, Terms
from novastack_simulators.quotas.limit import Limit
from novastack_simulators.refusal import Refusal
from novastack_simulators.scope import CAPACITY, Scope, Scopes, Start, readable
from novastack_simulators.stubs import Stub

BUSY: Fault = Status(do="status", status=503)
HELLO = Stub.model_validate({"name": "hello", "priority": 1, "match": {}, "reply": {"text": "hello"}})
ONE = Terms(limits=(Limit("requests", 1, True, 60),))
START = Start(seed=3, faults=(BUSY,), stubs=(HELLO,), terms=ONE)
NOW = 1000.0


def in_force(scope: Scope) -> tuple[object, ...]:
    return scope.seed, scope.faults, scope.armed, scope.shelf.stubs, scope.framing, scope.terms


def test_a_scope_starts_with_what_is_configured() -> None:
    """Each of them, armed when it was first named."""
    scopes = Scopes(START, NOW)
    for scope, now in ((scopes.whole, NOW), (scopes.at("a", NOW + 5), NOW + 5)):
        assert (3, (BUSY,), now, (HELLO,), DEFAULT, ONE) == in_force(scope)


def test_a_name_is_always_the_same_scope() -> None:
    """No name is the one that is always there; two names are two scopes."""
    scopes = Scopes(START, NOW)
    assert scopes.at("a", NOW) is scopes.at("a", NOW + 1)
    assert scopes.at("", NOW) is scopes.whole
    assert ("a", "b") == (scopes.at("a", NOW).name, scopes.at("b", NOW).name)
    assert ("a", "b") == scopes.names


def changed(scope: Scope) -> None:
    """Everything is set otherwise, and something of everything is remembered."""
    scope.seed, scope.framing = 9, Framing(bom=True)
    scope.arm((), NOW + 1)
    scope.stock(())
    scope.attempts.next(b"a")
    scope.prefixes.keep((Unit(b"p", 100.0),), now=NOW, ready=NOW)
    scope.quotas.admit(Account("k", "m"), Need(1, 1), NOW)


def remembered(scope: Scope) -> tuple[int, bool, int]:
    """The next attempt, whether a prefix is held, and the requests of an account."""
    offered = sum(truth.offered for truth in scope.quotas.truth(NOW))
    return scope.attempts.next(b"a"), scope.prefixes.held(b"p", NOW), offered


def test_one_scope_knows_nothing_of_another() -> None:
    """Neither what is set in it nor what it remembers."""
    scopes = Scopes(START, NOW)
    changed(scopes.at("a", NOW))
    for other in (scopes.whole, scopes.at("b", NOW)):
        assert (3, (BUSY,), NOW, (HELLO,), DEFAULT, ONE) == in_force(other)
        assert (1, False, 0) == remembered(other)
    assert (2, True, 1) == remembered(scopes.at("a", NOW))


def test_a_reset_is_a_start() -> None:
    """Nothing is remembered, and what is configured is in force again; faults by time start now."""
    scope = Scope("a", START, NOW)
    changed(scope)
    scope.reset(NOW + 7)
    assert (3, (BUSY,), NOW + 7, (HELLO,), DEFAULT, ONE) == in_force(scope)
    assert (1, False, 0) == remembered(scope)


def test_what_was_in_force_can_come_back() -> None:
    """All of it, and how the quotas stood."""
    scope = Scope("a", START, NOW)
    scope.quotas.admit(Account("k", "m"), Need(1, 1), NOW)
    before, state = in_force(scope), scope.state()
    scope.limit(Terms())
    changed(scope)
    scope.restore(state)
    assert before == in_force(scope)
    assert 1 == sum(truth.offered for truth in scope.quotas.truth(NOW))


def test_the_least_recently_used_is_forgotten() -> None:
    """A thousand are kept; one that was used since is not the oldest; who comes back starts anew."""
    scopes = Scopes(START, NOW)
    first = scopes.at("first", NOW)
    second = scopes.at("second", NOW)
    for number in range(CAPACITY - 2):
        scopes.at(f"s{number}", NOW)
    assert first is scopes.at("first", NOW)
    scopes.at("one more", NOW)
    assert CAPACITY == len(scopes.names)
    assert first is scopes.at("first", NOW)
    assert second is not scopes.at("second", NOW)


def test_closed_is_forgotten() -> None:
    """One that never was too."""
    scopes = Scopes(START, NOW)
    changed(scopes.at("a", NOW))
    scopes.close("a")
    scopes.close("never")
    assert (1, False, 0) == remembered(scopes.at("a", NOW))


def test_a_restart_is_for_all() -> None:
    """Named or not: another start."""
    scopes = Scopes(START, NOW)
    changed(scopes.at("a", NOW))
    scopes.restart(Start(seed=5), NOW + 9)
    assert () == scopes.names
    assert [(5, (), NOW + 9)] * 2 == [(s.seed, s.faults, s.armed) for s in (scopes.whole, scopes.at("a", NOW + 9))]


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}", fullmatch=True))
def test_what_a_scope_may_be_called(name: str) -> None:
    """So that node ids, uuids and dates will do."""
    assert name == readable(name)


def test_no_name_is_a_name() -> None:
    """Of the scope that is always there."""
    assert "" == readable("")


@pytest.mark.parametrize("name", [" ", "a b", ".a", "-a", "a\n", "é", "a/b", "a~b", "a" * 101, "[x]"])
def test_what_a_scope_may_not_be_called(name: str) -> None:
    """A sentence says where it stood, what it was and what would be right."""
    with pytest.raises(Refusal) as refused:
        readable(name, "where it was")
    assert ("invalid", "where it was") == (refused.value.kind, refused.value.details["param"])
    expected = f"where it was: {name[:100]!r} is no scope: expected letters, digits and ._:- (a letter or digit first, 100 at most)"
    assert expected == refused.value.details["message"]
