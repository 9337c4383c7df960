"""R1 agreement, R2 routes, F4 once, each passing, failing and undecided."""

from typing import Any

from novastack_loadtests.verdicts import VERDICTS

QWEN, DEEPSEEK, CLAUDE = "qwen3-235b-a22b", "deepseek-v4-pro", "claude-opus-4-7"


def ruled(name: str, evidence: Any) -> Any:
    verdict = VERDICTS[name].judge(evidence)
    return verdict.outcome, [offender.id for offender in verdict.offenders]


def three(desk: Any) -> Any:
    return [desk.record(index, expected=name) for index, name in enumerate((QWEN, DEEPSEEK, CLAUDE))]


def test_agreeing_witnesses_pass(desk: Any) -> None:
    """Header, journal and canary name the same."""
    assert ("PASS", []) == ruled("agreement", desk.whole(three(desk)))


def test_a_header_that_contradicts_the_journal_fails(desk: Any) -> None:
    """The header says one upstream, another one answered."""
    call = desk.call(0)
    record = desk.record(0, reply=desk.answer(call, upstream=CLAUDE))
    evidence = desk.evidence([record], [desk.entry(record, upstream=QWEN)])
    assert ("FAIL", [call.id]) == ruled("agreement", evidence)


def test_an_answer_that_no_simulator_gave_fails(desk: Any) -> None:
    """Then who did?"""
    assert ("FAIL", [desk.call(0).id]) == ruled("agreement", desk.evidence([desk.record(0)], []))


def test_an_answer_that_two_upstreams_gave_fails(desk: Any) -> None:
    """Only one may have it."""
    record = desk.record(0)
    evidence = desk.evidence([record], [desk.entry(record), desk.entry(record, upstream=CLAUDE)])
    assert ("FAIL", [record.call.id]) == ruled("agreement", evidence)


def test_a_reply_that_names_no_upstream_fails(desk: Any) -> None:
    """The header is the gateway's word."""
    record = desk.record(0, reply=desk.answer(desk.call(0), upstream=None))
    assert ("FAIL", [record.call.id]) == ruled("agreement", desk.whole([record]))


def test_the_canary_of_another_request_fails_even_without_journals(desk: Any) -> None:
    """Somebody else's answer."""
    record = desk.record(0, reply=desk.answer(desk.call(0), canaries=("can-other",)))
    assert ("FAIL", [record.call.id]) == ruled("agreement", desk.evidence([record]))


def test_a_prompt_that_reached_the_upstream_under_another_id_fails(desk: Any) -> None:
    """The id of one request with the body of another."""
    record = desk.record(0)
    evidence = desk.evidence([record], [desk.entry(record, canary="can-other")])
    assert ("FAIL", [record.call.id]) == ruled("agreement", evidence)


def test_a_missing_echo_fails_only_where_simulators_answer(desk: Any) -> None:
    """A real provider does not echo."""
    record = desk.record(0, reply=desk.answer(desk.call(0), canaries=()))
    assert ("FAIL", [record.call.id]) == ruled("agreement", desk.whole([record]))
    assert ("PASS", []) == ruled("agreement", desk.evidence([record]))


def test_a_broken_answer_need_not_echo(desk: Any) -> None:
    """What was cut is the business of integrity."""
    record = desk.record(0, reply=desk.answer(desk.call(0), outcome="broken", canaries=()))
    assert ("PASS", []) == ruled("agreement", desk.whole([record]))


def test_agreement_is_undecided_without_answers(desk: Any) -> None:
    """Nobody said anything."""
    assert ("INCONCLUSIVE", []) == ruled("agreement", desk.whole([desk.record(0, reply=desk.refusal())]))


def test_the_route_table_kept_passes(desk: Any) -> None:
    """Each where it belongs."""
    assert ("PASS", []) == ruled("routes", desk.whole(three(desk)))


def test_one_misrouted_request_fails(desk: Any) -> None:
    """One in three or one in a million: zero tolerance."""
    rows = three(desk)
    wrong = desk.record(3, reply=desk.answer(desk.call(3), upstream=CLAUDE))
    evidence = desk.evidence([*rows, wrong], [*map(desk.entry, rows), desk.entry(wrong, upstream=CLAUDE)])
    assert ("FAIL", [wrong.call.id]) == ruled("routes", evidence)


def test_a_misrouted_request_fails_without_journals(desk: Any) -> None:
    """The gateway's own header gives it away."""
    wrong = desk.record(0, reply=desk.answer(desk.call(0), upstream=CLAUDE))
    assert ("FAIL", [wrong.call.id]) == ruled("routes", desk.evidence([wrong]))


def test_a_failed_request_at_the_wrong_upstream_fails(desk: Any) -> None:
    """A 502 does not excuse where it went."""
    wrong = desk.record(3, reply=desk.answer(desk.call(3), outcome="rejected", status=502))
    evidence = desk.evidence([wrong], [desk.entry(wrong, upstream=CLAUDE, status=500)])
    assert ("FAIL", [wrong.call.id]) == ruled("routes", evidence)


def test_not_found_for_a_route_of_the_table_fails(desk: Any) -> None:
    """An alias that the gateway does not know."""
    wrong = desk.record(0, reply=desk.answer(desk.call(0), outcome="rejected", status=404))
    assert ("FAIL", [wrong.call.id]) == ruled("routes", desk.whole([wrong]))


def test_routes_are_undecided_when_most_were_refused(desk: Any) -> None:
    """429 is not a routing failure, and no evidence either."""
    rows = [desk.record(0), *(desk.record(index, reply=desk.refusal()) for index in (1, 2))]
    assert ("INCONCLUSIVE", []) == ruled("routes", desk.whole(rows))


def test_routes_are_undecided_when_one_was_never_answered(desk: Any) -> None:
    """All of one upstream's requests were refused."""
    rows = [*three(desk), desk.record(3, reply=desk.refusal(), route="path")]
    assert ("INCONCLUSIVE", []) == ruled("routes", desk.whole(rows))


def test_one_call_per_answer_passes(desk: Any) -> None:
    """Nothing was repeated."""
    assert ("PASS", []) == ruled("once", desk.whole(three(desk)))


def test_an_answer_that_was_made_twice_fails(desk: Any) -> None:
    """Somebody pays for both."""
    record = desk.record(0)
    evidence = desk.evidence([record], [desk.entry(record), desk.entry(record)])
    assert ("FAIL", [record.call.id]) == ruled("once", evidence)


def test_repeating_what_failed_passes(desk: Any) -> None:
    """A retry after an error, a fault or a cancel is no duplicate."""
    record = desk.record(0)
    failed = [{"status": 503}, {"fault": "cut"}, {"cancelled_at": 1.0}]
    entries = [*(desk.entry(record, **how) for how in failed), desk.entry(record)]
    assert ("PASS", []) == ruled("once", desk.evidence([record], entries))


def test_once_is_undecided_without_answers(desk: Any) -> None:
    """Nothing was made."""
    assert ("INCONCLUSIVE", []) == ruled("once", desk.whole([desk.record(0, reply=desk.refusal())]))
