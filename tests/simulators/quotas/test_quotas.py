"""Accounts: all limits or none, apart from each other, and forgotten when they are whole."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from novastack_simulators.profile import Enforced, load_profile
from novastack_simulators.quotas import Account, Denied, Grant, Level, Need, Quotas, Spent, Terms, terms
from novastack_simulators.quotas.quotas import MANY

ONE = Need(1, 1)
OTHER = Account("sha256:ffffffffffff", "gpt-4o")


def test_without_limits_all_are_granted(account: Account) -> None:
    """And there is nothing to tell."""
    quotas = Quotas(Terms())
    quotas.admit(account, ONE, 1.0).settle(Spent(1, 1), 2.0)
    assert ([], {}, False) == (quotas.truth(2.0), quotas.levels(account, 2.0, ("requests",)), quotas.over(account, 2.0))


def test_what_is_denied_takes_nothing(enforcing: Any, account: Account) -> None:
    """Of no limit: neither of the one that denied nor of those with room."""
    quotas = enforcing(requests=10, tokens=100, concurrency=5)
    quotas.admit(account, Need(60, 0), 1000.0)
    before = quotas.truth(1000.0)
    assert Denied("tokens", 100, 60, 50, 6.0) == quotas.admit(account, Need(40, 10), 1000.0)
    after = quotas.truth(1000.0)
    assert [row.used for row in before] == [row.used for row in after]
    assert [(2, 1, 0), (2, 1, 1), (2, 1, 0)] == [(row.offered, row.admitted, row.denied) for row in after]


def test_the_limit_with_the_longest_wait_denies(enforcing: Any, account: Account) -> None:
    """So that a client that waits as it is told is admitted."""
    quotas = enforcing(requests=1, tokens=10)
    quotas.admit(account, Need(10, 0), 1000.0)
    decision = quotas.admit(account, Need(5, 0), 1000.0)
    assert Denied("requests", 1, 1, 1, 60.0) == decision
    assert isinstance(quotas.admit(account, Need(5, 0), 1059.999999), Denied)
    assert isinstance(quotas.admit(account, Need(5, 0), 1060.0), Grant)


def test_who_knows_no_time_denies_first(enforcing: Any, account: Account) -> None:
    """A time that might not do would be a lie; and a request that is too large is that above all."""
    quotas = enforcing(requests=1, tokens=10, concurrency=1)
    quotas.admit(account, ONE, 1000.0)
    assert Denied("concurrency", 1, 1, 1, None) == quotas.admit(account, ONE, 1000.0)
    outsized = quotas.admit(account, Need(11, 0), 1000.0)
    assert (Denied("tokens", 10, 2, 11, None), True) == (outsized, outsized.outsized)


@pytest.mark.parametrize("other", [OTHER, Account("sha256:0123456789ab", "gpt-4.1")])
def test_each_key_and_model_has_its_own(enforcing: Any, account: Account, other: Account) -> None:
    """What one has used up is nothing to the other."""
    quotas = enforcing(requests=1)
    assert isinstance(quotas.admit(account, ONE, 1.0), Grant)
    assert isinstance(quotas.admit(account, ONE, 1.0), Denied)
    assert (True, False) == (quotas.over(account, 1.0), quotas.over(other, 1.0))
    assert isinstance(quotas.admit(other, ONE, 1.0), Grant)


def test_a_pool_is_shared_by_its_models(enforcing: Any) -> None:
    """And by no other model, nor by another key."""
    quotas = enforcing(requests=1, pools={"big": ["a", "b"]})
    admitted = {
        who: isinstance(quotas.admit(Account(*who), ONE, 1.0), Grant)
        for who in (("k", "a"), ("k", "b"), ("k", "c"), ("l", "b"))
    }
    assert {("k", "a"): True, ("k", "b"): False, ("k", "c"): True, ("l", "b"): True} == admitted
    assert [("k", "big"), ("k", "c"), ("l", "big")] == [(row.key, row.model) for row in quotas.truth(1.0)]


@pytest.mark.parametrize(
    ("per", "expected"),
    [(["key"], [True, False, True, False]), (["model"], [True, True, False, False]), ([], [True] + [False] * 3)],
)
def test_an_account_is_what_it_is_counted_per(enforcing: Any, per: Any, expected: Any) -> None:
    """By key, by model (all keys are of one account), or the whole upstream."""
    quotas = enforcing(requests=1, per=per)
    asked = (("k", "a"), ("k", "b"), ("l", "a"), ("l", "b"))
    assert expected == [isinstance(quotas.admit(Account(*who), ONE, 1.0), Grant) for who in asked]


def test_levels_are_those_that_were_asked_for(enforcing: Any, account: Account) -> None:
    """Of limits that there are, and of a key that never asked for anything too, which is not kept."""
    quotas = enforcing(requests=60, tokens=600, requests_per_day=1000)
    quotas.admit(account, Need(100, 50), 1000.0)
    names = ("requests", "tokens", "input_tokens")
    assert {"requests": Level(60, 59, 1001.0), "tokens": Level(600, 450, 1015.0)} == quotas.levels(
        account, 1000.0, names
    )
    assert {"requests": Level(60, 60, 1000.0), "tokens": Level(600, 600, 1000.0)} == quotas.levels(OTHER, 1000.0, names)
    assert {"gpt-4o": 3} == {row.model: 3 for row in quotas.truth(1000.0)}
    assert 3 == len(quotas.truth(1000.0))


def test_a_told_limit_can_be_over_and_refuses_nothing(account: Account) -> None:
    """For faults that strike while over quota."""
    quotas = Quotas(terms(load_profile("claude-opus-4-7")))
    decisions = [quotas.admit(account, ONE, 1000.0) for _ in range(4001)]
    assert all(isinstance(each, Grant) for each in decisions)
    assert quotas.over(account, 1000.0)
    assert not quotas.over(account, 1000.015)


def test_the_configuration_enforces_some_and_the_rest_is_told(account: Account) -> None:
    """The profile's other limits stay what they are."""
    quotas = Quotas(terms(load_profile("openai-generic"), Enforced(requests=2)))
    quotas.admit(account, ONE, 1.0)
    assert [("requests", 2, True), ("tokens", 30_000_000, False)] == [
        (row.name, row.limit, row.enforced) for row in quotas.truth(1.0)
    ]


def test_the_truth_is_told(enforcing: Any, account: Account) -> None:
    """What was offered, admitted, denied, settled and had; here 61 of 62 that a perfect client could have got."""
    quotas = enforcing(requests=60)
    offered = [quotas.admit(account, Need(3, 4), 1000.0) for _ in range(70)]
    offered += [quotas.admit(account, Need(3, 4), 1001.999999) for _ in range(2)]
    for grant in offered:
        if isinstance(grant, Grant):
            grant.settle(Spent(3, 4), 1002.0)
    (truth,) = quotas.truth(1002.0)
    assert (72, 61, 11, 61, 61) == (truth.offered, truth.admitted, truth.denied, truth.settled, truth.peak)
    assert ("sha256:0123456789ab", "gpt-4o", "requests", 60, 60) == (
        truth.key, truth.model, truth.name, truth.limit, truth.window,
    )  # fmt: skip
    assert (pytest.approx(61.999999), pytest.approx(61 / 61.999999, abs=1e-6)) == (truth.had, truth.utilisation)
    assert (1000.0, 1001.999999, 59, 1) == (truth.first, truth.last, truth.used, truth.remaining)


def test_a_clear_makes_all_whole(enforcing: Any, account: Account) -> None:
    """What was under way no longer counts, when it ends too."""
    quotas = enforcing(requests=1, concurrency=1)
    grant = quotas.admit(account, ONE, 1.0)
    quotas.clear()
    assert [] == quotas.truth(1.0)
    assert isinstance(quotas.admit(account, ONE, 1.0), Grant)
    grant.settle(Spent(1, 1), 2.0)
    assert 1 == quotas.truth(2.0)[1].used


def test_whole_accounts_are_forgotten_and_summed_up(enforcing: Any) -> None:
    """Memory is bounded by the accounts that are not whole; what the others did is not lost."""
    quotas, many = enforcing(requests=60), 50 * MANY
    for index in range(many):
        quotas.admit(Account(f"k{index}", "m"), ONE, 1000.0 + index)
    assert 2 * MANY > len(quotas._books)
    rows = quotas.truth(1000.0 + many)
    assert (many, many) == (sum(row.offered for row in rows), sum(row.settled for row in rows))
    assert ("*", "*", 1000.0) == (rows[0].key, rows[0].model, rows[0].first)


def test_accounts_in_use_are_not_forgotten(enforcing: Any) -> None:
    """Neither with an answer under way nor with something used."""
    quotas = enforcing(concurrency=1)
    held = [quotas.admit(Account(f"k{index}", "m"), ONE, 1.0) for index in range(3 * MANY)]
    assert all(isinstance(quotas.admit(Account(f"k{index}", "m"), ONE, 1e6), Denied) for index in range(3 * MANY))
    for grant in held:
        grant.settle(Spent(1, 1), 2e6)
    assert isinstance(quotas.admit(Account("k0", "m"), ONE, 2e6), Grant)


class Interleaved(RuleBasedStateMachine):
    """Requests of two accounts that begin and end in any order, beside a model in fractions of a token."""

    LIMIT = 100

    def __init__(self) -> None:
        super().__init__()
        self.quotas = Quotas(
            terms(load_profile("qwen3-235b-a22b-vllm"), Enforced(requests=20, tokens=self.LIMIT, concurrency=3))
        )
        self.now = 1_700_000_000_000_000
        self.under_way: dict[str, list[tuple[Grant, Need]]] = {"a": [], "b": []}
        self.used = {(who, name): Fraction(0) for who in "ab" for name in ("requests", "tokens")}
        self.counted = {who: [0, 0, 0] for who in "ab"}

    @rule(seconds=st.floats(0, 30))
    def wait(self, seconds: float) -> None:
        passed = round(seconds * 1e6)
        self.now += passed
        for (who, name), used in self.used.items():
            rate = Fraction(20 if name == "requests" else self.LIMIT, 60_000_000)
            self.used[who, name] = max(Fraction(0), used - rate * passed)

    @rule(who=st.sampled_from("ab"), tokens=st.integers(0, 60), output=st.integers(0, 60))
    def ask(self, who: str, tokens: int, output: int) -> None:
        need = Need(tokens, output)
        room = (
            self.used[who, "requests"] + 1 <= 20
            and self.used[who, "tokens"] + tokens + output <= self.LIMIT
            and len(self.under_way[who]) < 3
        )
        decision = self.quotas.admit(Account(who, "m"), need, self.now / 1e6)
        self.counted[who][0] += 1
        assert room == isinstance(decision, Grant)
        if isinstance(decision, Grant):
            self.counted[who][1] += 1
            self.used[who, "requests"] += 1
            self.used[who, "tokens"] += tokens + output
            self.under_way[who].append((decision, need))

    @rule(who=st.sampled_from("ab"), which=st.integers(0, 2), cost=st.integers(0, 150))
    def end(self, who: str, which: int, cost: int) -> None:
        if which >= len(self.under_way[who]):
            return
        grant, need = self.under_way[who].pop(which)
        grant.settle(Spent(need.input_tokens, cost), self.now / 1e6)
        self.counted[who][2] += need.input_tokens + cost
        self.used[who, "tokens"] = max(Fraction(0), self.used[who, "tokens"] + cost - need.output_tokens)

    @rule(who=st.sampled_from("ab"))
    def take_back(self, who: str) -> None:
        if not self.under_way[who]:
            return
        grant, need = self.under_way[who].pop()
        grant.release(self.now / 1e6)
        self.counted[who][1] -= 1
        self.used[who, "requests"] = max(Fraction(0), self.used[who, "requests"] - 1)
        reserved = need.input_tokens + need.output_tokens
        self.used[who, "tokens"] = max(Fraction(0), self.used[who, "tokens"] - reserved)

    @invariant()
    def agrees(self) -> None:
        for row in self.quotas.truth(self.now / 1e6):
            assert self.counted[row.key][:2] == [row.offered, row.admitted]
            if row.name == "concurrency":
                assert len(self.under_way[row.key]) == row.used
                continue
            used = self.used[row.key, row.name]
            assert -(-used.numerator // used.denominator) == row.used
            assert max(0, row.limit - row.used) == row.remaining
            if row.name == "tokens":
                assert self.counted[row.key][2] == row.settled


TestInterleaved = Interleaved.TestCase
TestInterleaved.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)


@given(st.lists(st.tuples(st.floats(0, 20), st.integers(0, 50), st.integers(0, 50)), max_size=30))
def test_whoever_waits_as_told_is_admitted(enforcing: Any, account: Account, calls: Any) -> None:
    """By every limit with a clock at once; a microsecond less and they are denied again."""
    quotas, now = enforcing(requests=7, tokens=130, input_tokens=60, requests_per_day=500), 1_700_000_000.0
    for pause, tokens, output in calls:
        now = round(now + pause, 6)
        need = Need(tokens, output)
        decision = quotas.admit(account, need, now)
        if isinstance(decision, Grant):
            continue
        assert decision.retry_after_s
        early, now = round(now + decision.retry_after_s - 1e-6, 6), round(now + decision.retry_after_s, 6)
        assert isinstance(quotas.admit(account, need, early), Denied)
        assert isinstance(quotas.admit(account, need, now), Grant)
