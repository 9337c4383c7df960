"""The judge is judged: each rule has a defect that turns it red, and nothing else turns red with it."""

from collections.abc import Callable
from typing import Any

from novastack_contracts import RULES, Exit, Profile, Report, Verdict


def _red(report: Report, profile: Profile) -> set[str]:
    return {result.rule.id for result in report.results if result.verdict(profile) is Verdict.BROKEN}


def test_the_healthy_endpoint_keeps_every_rule(judged: Callable[..., Report]) -> None:
    """Every rule is exercised and kept, in both profiles."""
    report = judged()
    assert {result.rule.id: Verdict.KEPT for result in report.results} == {
        result.rule.id: result.verdict(Profile.STRICT) for result in report.results
    }
    assert set() == _red(report, Profile.COMPAT)
    assert Exit.KEPT == report.exit_code(Profile.STRICT) == report.exit_code(Profile.COMPAT)


def test_a_defect_turns_its_rules_red_and_no_other(judged: Callable[..., Report], defect: Any) -> None:
    """The right cells are red, the others are not."""
    report = judged(defect.change)
    assert (defect.red, defect.red | defect.strict) == (_red(report, Profile.COMPAT), _red(report, Profile.STRICT))


def test_every_rule_has_a_defect(all_defects: dict[str, Any]) -> None:
    """No rule is without a cell that can fail."""
    covered = {rule for defect in all_defects.values() for rule in defect.red | defect.strict}
    assert set(RULES) == covered


def test_a_legal_variant_raises_no_alarm(judged: Callable[..., Report], variant: Callable[[Any], None]) -> None:
    """What the standards allow is green in both profiles, and still judged."""
    report = judged(variant)
    assert set() == _red(report, Profile.STRICT)
    assert {Verdict.KEPT: len(RULES)} == report.counts(Profile.STRICT)


def test_what_sdks_live_with_raises_no_alarm_in_compat(
    judged: Callable[..., Report], compat_variant: Callable[[Any], None]
) -> None:
    """Good vendors differ from OpenAI in these ways, and their clients work."""
    assert set() == _red(judged(compat_variant), Profile.COMPAT)
