"""A run: when it stops, what it says then, how many requests it makes, and what it grants an endpoint."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from novastack_contracts import Exit, Patience, Profile, Report, Target, Verdict, check
from novastack_contracts.plan import PLAN


def _all(status: int, message: str = "No.") -> Callable[[Any], None]:
    def change(draft: Any) -> None:
        draft.status, draft.chunks, draft.raw = status, None, None
        draft.value = {"error": {"message": message, "type": "t", "param": None, "code": None}}
        draft.headers["content-type"] = "application/json"

    return change


def _verdicts(report: Report) -> set[Verdict]:
    return {result.verdict(Profile.COMPAT) for result in report.results}


def test_a_run_is_polite(serve: Callable[..., Any]) -> None:
    """At most 35 requests, every chat capped, and as many as the report says."""
    with serve() as (url, endpoint):
        report = check(Target.parse(url, model="test-model", key="sk-test-endpoint"))
    bodies = [json.loads(body) for _, _, _, body in endpoint.requests if body.startswith(b'{"model": "test')]
    assert report.requests == len(endpoint.requests) == len(PLAN) <= 35
    assert all(body.get("max_tokens", 0) <= 256 for body in bodies)


def test_an_unreachable_endpoint_is_not_judged() -> None:
    """Exit 2 with the reason, and no rule called kept."""
    report = check(Target.parse("http://127.0.0.1:1", model="m"))
    assert Exit.UNJUDGED == report.exit_code(Profile.COMPAT)
    assert "could not reach http://127.0.0.1:1/v1/chat/completions" in str(report.stopped)
    assert {Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE} == _verdicts(report)


@pytest.mark.parametrize(
    ("status", "says"),
    [(401, "not authenticated"), (403, "not authenticated"), (429, "rate limited"), (404, "no chat was served")],
)
def test_it_stops_when_nothing_can_be_judged(judged: Callable[..., Report], status: int, says: str) -> None:
    """Three requests tell; the rest are not sent."""
    report = judged(_all(status))
    assert (Exit.UNJUDGED, 3) == (report.exit_code(Profile.COMPAT), report.requests)
    assert says in str(report.stopped)


def test_an_endpoint_that_only_fails_is_broken(judged: Callable[..., Report]) -> None:
    """A 500 to a sound request is a verdict, not an excuse."""
    report = judged(_all(500))
    fatal = {result.rule.id for result in report.fatal(Profile.COMPAT)}
    assert Exit.BROKEN == report.exit_code(Profile.COMPAT)
    assert {"RES-001", "STR-001"} <= fatal


def test_without_a_key_auth_is_not_applicable(judged: Callable[..., Report]) -> None:
    """An endpoint for which no key was given is not asked to refuse anyone."""

    def open_to_all(draft: Any) -> None:
        if draft.status == 401:
            draft.status, draft.value = 400, {"error": {"message": "m", "type": "t", "param": None, "code": None}}

    report = judged(open_to_all, key=None)
    auth = next(result for result in report.results if result.rule.id == "AUTH-001")
    assert Verdict.NOT_APPLICABLE == auth.verdict(Profile.COMPAT)


def test_a_refused_capability_is_unsupported_and_fails_nothing(judged: Callable[..., Report]) -> None:
    """n above 1 and tools are refused with a clear 400: honest, and not rewarded with `kept`."""

    def plain_only(draft: Any) -> None:
        if draft.asked.get("tools") or draft.asked.get("n"):
            _all(400, "Only plain chats are served.")(draft)

    report = judged(plain_only)
    verdicts = {result.rule.id: result.verdict(Profile.COMPAT) for result in report.results}
    assert Exit.KEPT == report.exit_code(Profile.COMPAT)
    assert {Verdict.UNSUPPORTED} == {verdicts[rule] for rule in ("RES-006", "STR-028", "TOOL-001", "TOOL-011")}


def test_what_an_endpoint_requires_is_granted_and_told(judged: Callable[..., Report]) -> None:
    """DashScope's hybrid models think only in streams: the run says that it gave way."""

    def dashscope(draft: Any) -> None:
        if draft.completion and draft.asked.get("enable_thinking") is not False:
            _all(400, "parameter.enable_thinking must be set to false for non-streaming calls")(draft)

    report = judged(dashscope)
    assert Exit.KEPT == report.exit_code(Profile.STRICT)
    assert ["`enable_thinking: false`"] == [note.partition(" was")[0] for note in report.notes]


def test_an_endpoint_that_only_streams_is_judged_by_its_streams(judged: Callable[..., Report]) -> None:
    """Plain chats refused: their rules are unsupported, and refusals of faulty ones prove nothing."""

    def streams_only(draft: Any) -> None:
        if draft.completion:
            _all(400, "This model only support stream mode.")(draft)

    report = judged(streams_only)
    verdicts = {result.rule.id: result.verdict(Profile.COMPAT) for result in report.results}
    assert Exit.KEPT == report.exit_code(Profile.COMPAT)
    assert (Verdict.UNSUPPORTED, Verdict.KEPT, Verdict.INCONCLUSIVE) == (
        verdicts["RES-001"],
        verdicts["STR-007"],
        verdicts["REQ-001"],
    )


def test_a_slow_server_bounds_the_run(judged: Callable[..., Report]) -> None:
    """A reply that never ends is recorded as broken off."""
    report = judged(lambda draft: setattr(draft, "lie", 9) if draft.chunks is not None else None)
    framed = next(result for result in report.results if result.rule.id == "STR-003")
    assert any("broke off" in proof.finding.problem.text for proof in framed.proofs)


def test_patience_is_for_the_caller_to_set() -> None:
    """Its figures are seconds, with defaults."""
    assert (5.0, 60.0, 30.0, 300.0) == (
        Patience().connect,
        Patience().reply,
        Patience().rate_limit,
        Patience().run,
    )


def test_a_warning_alone_never_fails_a_run(judged: Callable[..., Report]) -> None:
    """It is broken, and the run is kept."""

    def unsteady_clock(draft: Any) -> None:
        for number, chunk in enumerate(draft.chunks or []):
            chunk["created"] += number

    report = judged(unsteady_clock)
    verdicts = {result.rule.id: result.verdict(Profile.STRICT) for result in report.results}
    assert (Verdict.BROKEN, Exit.KEPT) == (verdicts["STR-009"], report.exit_code(Profile.STRICT))
