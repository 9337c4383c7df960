"""L1 envelope and L2 admission, on a limit of 5 in 60 seconds."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from novastack_loadtests.call import PROBE
from novastack_loadtests.ledger import Reply
from novastack_loadtests.verdicts import VERDICTS

LIMIT, WINDOW = 5, 60.0


def ruled(name: str, evidence: Any) -> Any:
    verdict = VERDICTS[name].judge(evidence)
    return verdict.outcome, [offender.id for offender in verdict.offenders]


def probe(desk: Any, remaining: Any = "4", at: Any = -0.5) -> Any:
    return desk.record(PROBE, at=at, reply=desk.answer(desk.call(PROBE), remaining=remaining))


def sliding_log(desk: Any, instants: Any, size: int = LIMIT, window: float = WINDOW, held: Any = ()) -> Any:
    """What a limiter of this size does with requests at these instants; `held` are admissions before."""
    log, rows = list(held), []
    for index, at in enumerate(sorted(instants)):
        log = [each for each in log if each > at - window]
        allowed = len(log) < size
        if allowed:
            log.append(at)
        rows.append(desk.record(index, at=at, reply=None if allowed else desk.refusal()))
    return rows


def fixed_window(desk: Any, instants: list[int], size: Any = LIMIT, window: int = WINDOW) -> Any:
    """What a limiter with a counter per window does."""
    counts, rows = {}, []
    for index, at in enumerate(sorted(instants)):
        number = at // window
        counts[number] = counts.get(number, 0) + 1
        rows.append(desk.record(index, at=at, reply=None if counts[number] <= size else desk.refusal()))
    return rows


INSTANTS = st.lists(st.floats(0, 200), min_size=1, max_size=60)


@given(instants=INSTANTS)
def test_a_correct_limiter_is_never_accused(desk: Any, instants: list[int]) -> None:
    """Whatever the arrivals: an exact sliding log keeps the envelope and wrongs nobody."""
    evidence = desk.whole(sliding_log(desk, instants, held=[-0.5]), probe=probe(desk))
    assert "FAIL" not in (ruled("envelope", evidence)[0], ruled("admission", evidence)[0])


@given(instants=INSTANTS, window=st.sampled_from([1.0, 10.0, 60.0]))
def test_a_correct_limiter_with_another_window_is_never_accused(desk: Any, instants: list[int], window: int) -> None:
    """The window is a setting."""
    evidence = desk.whole(sliding_log(desk, instants, window=window, held=[-0.5]), probe=probe(desk), window=window)
    assert "FAIL" not in (ruled("envelope", evidence)[0], ruled("admission", evidence)[0])


def test_a_correct_limiter_passes_both(desk: Any) -> None:
    """With demand of more than twice the limit."""
    evidence = desk.whole(sliding_log(desk, range(0, 100, 3), held=[-0.5]), probe=probe(desk))
    assert [("PASS", [])] * 2 == [ruled(name, evidence) for name in ("envelope", "admission")]


def test_one_admission_too_many_fails_the_envelope_alone(desk: Any) -> None:
    """The sixth is named."""
    evidence = desk.whole(sliding_log(desk, range(20), size=6, held=[-0.5]), probe=probe(desk))
    assert ("FAIL", [desk.call(4).id]) == ruled("envelope", evidence)
    assert "PASS" == ruled("admission", evidence)[0]


def test_one_admission_too_few_fails_the_admission_alone(desk: Any) -> None:
    """Every refusal of the first minute had room."""
    evidence = desk.whole(sliding_log(desk, range(20), size=4, held=[-0.5]), probe=probe(desk))
    assert "FAIL" == ruled("admission", evidence)[0]
    assert "PASS" == ruled("envelope", evidence)[0]


def test_a_fixed_window_fails_at_its_boundary(desk: Any) -> None:
    """Five before the minute and five after it."""
    evidence = desk.whole(fixed_window(desk, [*range(55, 75)]))
    verdict = VERDICTS["envelope"].judge(evidence)
    assert ("FAIL", 10) == (verdict.outcome, verdict.window.count)


def test_the_worst_window_is_the_evidence(desk: Any) -> None:
    """It holds what was counted, and is one window long."""
    verdict = VERDICTS["envelope"].judge(desk.whole(sliding_log(desk, range(100, 130), size=8)))
    assert (8, WINDOW) == (verdict.window.count, verdict.window.until - verdict.window.since)


def test_too_little_demand_is_undecided(desk: Any) -> None:
    """A limit that nobody touched is not proven."""
    evidence = desk.whole(sliding_log(desk, range(9), held=[-0.5]), probe=probe(desk))
    assert ["INCONCLUSIVE"] * 2 == [ruled(name, evidence)[0] for name in ("envelope", "admission")]


def test_demand_counts_within_one_window(desk: Any) -> None:
    """Many requests in an hour are few in each minute."""
    evidence = desk.whole(sliding_log(desk, range(0, 1200, 15)), probe=probe(desk))
    assert ["INCONCLUSIVE"] * 2 == [ruled(name, evidence)[0] for name in ("envelope", "admission")]


def test_an_unknown_limit_is_undecided(desk: Any) -> None:
    """A gateway without the header, and no --limit."""
    rows = [desk.record(index, reply=desk.answer(desk.call(index), limit=None)) for index in range(20)]
    assert ["INCONCLUSIVE"] * 2 == [ruled(name, desk.whole(rows))[0] for name in ("envelope", "admission")]


def test_a_stated_limit_is_judged_by(desk: Any) -> None:
    """The user says 3, the gateway admits 5."""
    evidence = desk.whole(sliding_log(desk, range(20), held=[-0.5]), probe=probe(desk), limit=3)
    assert "FAIL" == ruled("envelope", evidence)[0]


def test_earlier_use_of_the_key_is_allowed_for(desk: Any) -> None:
    """Three slots were taken before the probe: refusing after one more is right."""
    held = [-9.0, -8.0, -7.0, -0.5]
    evidence = desk.whole(sliding_log(desk, range(20), held=held), probe=probe(desk, remaining="1"))
    assert ("PASS", []) == ruled("admission", evidence)


def test_earlier_use_counts_no_longer_once_it_left_the_window(desk: Any) -> None:
    """A minute after the probe the window is ours alone: a refusal with room is wrong again."""
    rows = [desk.record(0, at=70.0, reply=desk.refusal())]
    evidence = desk.whole(rows, probe=probe(desk, remaining="0"))
    assert ("FAIL", [desk.call(0).id]) == ruled("admission", evidence)


def test_unknown_earlier_use_is_undecided(desk: Any) -> None:
    """The probe did not say what remains."""
    unknown = desk.record(PROBE, at=-0.5, reply=desk.answer(desk.call(PROBE), remaining=None))
    evidence = desk.whole(sliding_log(desk, range(20), held=[-0.5]), probe=unknown)
    assert "INCONCLUSIVE" == ruled("admission", evidence)[0]


def test_a_spent_key_is_undecided_and_not_accused(desk: Any) -> None:
    """The probe itself was refused: all slots were taken before."""
    spent = desk.record(PROBE, at=-0.5, reply=desk.refusal())
    evidence = desk.whole([desk.record(index, reply=desk.refusal()) for index in range(20)], probe=spent)
    assert "INCONCLUSIVE" == ruled("admission", evidence)[0]


def test_a_request_without_a_reply_may_have_taken_a_slot(desk: Any) -> None:
    """A timeout is no proof of room."""
    lost = desk.record(0, reply=Reply(outcome="failed", error="timeout"))
    answered = [desk.record(index) for index in range(1, 4)]
    refused = [desk.record(index, reply=desk.refusal()) for index in range(4, 20)]
    evidence = desk.whole([lost, *answered, *refused], probe=probe(desk))
    assert "PASS" == ruled("admission", evidence)[0]


def test_what_an_upstream_saw_was_admitted_though_the_client_got_an_error(desk: Any) -> None:
    """The journals count where the client cannot."""
    errors = [desk.record(index, reply=Reply(outcome="failed")) for index in range(8)]
    rows = [*errors, *(desk.record(index) for index in range(8, 11))]
    assert "INCONCLUSIVE" == ruled("envelope", desk.evidence(rows))[0]
    assert "FAIL" == ruled("envelope", desk.evidence(rows, map(desk.entry, rows)))[0]


def test_an_upstreams_own_429_is_not_the_limiters(desk: Any) -> None:
    """It was admitted, and then the provider refused it."""
    passed_on = [desk.record(index, reply=desk.refusal()) for index in range(20)]
    evidence = desk.evidence(passed_on, [desk.entry(row, status=429) for row in passed_on], probe=probe(desk))
    assert "FAIL" != ruled("admission", evidence)[0]
