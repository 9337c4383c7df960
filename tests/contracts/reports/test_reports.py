"""The report formats: valid, complete, and telling the chosen profile's truth."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest
from rich.console import Console

import novastack_contracts.reports
from novastack_contracts import FAMILIES, RULES, Profile, Report, Target, check
from novastack_contracts.reports import REPORTS, terminal

SCHEMA = Path(novastack_contracts.reports.__file__).parent / "check-1.schema.json"
VALID = jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _break_usage_and_fingerprint(draft: Any) -> None:
    """One error in both profiles, one information in strict only."""
    if draft.completion:
        draft.value["usage"]["total_tokens"] = 99
        draft.value["service_tier"] = "\x00\x1b[31m"


@pytest.fixture
def broken(judged: Callable[..., Report]) -> Report:
    """A report with findings of both kinds."""
    return judged(_break_usage_and_fingerprint)


@pytest.fixture
def stopped() -> Report:
    """A report of an endpoint that could not be judged."""
    return check(Target.parse("http://127.0.0.1:1", model="m", key="sk-secret-key"))


def _shown(report: Report, profile: Profile, *, width: int = 120) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    terminal.show(report, profile, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_json_fits_its_schema(broken: Report, stopped: Report) -> None:
    """Whatever the end of the run."""
    for report in (broken, stopped):
        VALID.validate(json.loads(REPORTS["json"](report, Profile.STRICT)))


def test_json_gives_both_verdicts_and_every_rule(broken: Report) -> None:
    """One run, two verdicts; `exit_code` is the chosen profile's."""
    told = json.loads(REPORTS["json"](broken, Profile.COMPAT))
    assert (1, ["USE-003"], ["USE-003"]) == (
        told["exit_code"],
        told["verdicts"]["compat"]["fatal"],
        told["verdicts"]["strict"]["fatal"],
    )
    assert list(RULES) == [rule["id"] for rule in told["rules"]]


def test_a_finding_has_its_proof(broken: Report) -> None:
    """What was sent, with the key as $KEY, and what came."""
    told = json.loads(REPORTS["json"](broken, Profile.COMPAT))
    finding = next(rule for rule in told["rules"] if rule["id"] == "USE-003")["findings"][0]
    assert ("chat", "$.usage", 200) == (finding["probe"], finding["pointer"], finding["status"])
    assert finding["curl"].startswith("curl -sS http://127.0.0.1:")
    assert '-H "authorization: Bearer $KEY"' in finding["curl"]
    assert '"object": "chat.completion"' in finding["excerpt"]


def test_junit_fails_exactly_the_fatal_rules(broken: Report) -> None:
    """A case per rule; warnings and information pass, with their text."""
    root = ET.fromstring(REPORTS["junit"](broken, Profile.STRICT))
    cases = {str(case.get("name")).split()[0]: case for case in root.iter("testcase")}
    assert set(RULES) == set(cases)
    assert ["USE-003"] == [name for name, case in cases.items() if case.find("failure") is not None]
    assert ["RES-011"] == [name for name, case in cases.items() if case.find("system-out") is not None]


def test_junit_skips_what_was_not_judged(broken: Report) -> None:
    """With the reason, such as a rule of the other profile."""
    root = ET.fromstring(REPORTS["junit"](broken, Profile.COMPAT))
    skipped = {str(case.get("name")).split()[0] for case in root.iter("testcase") if case.find("skipped") is not None}
    assert {name for name, rule in RULES.items() if Profile.COMPAT not in rule.profiles} == skipped


def test_junit_has_an_error_when_nothing_could_be_judged(stopped: Report) -> None:
    """So that CI does not take silence for success."""
    root = ET.fromstring(REPORTS["junit"](stopped, Profile.COMPAT))
    assert ["could not reach"] == [str(error.get("message"))[:15] for error in root.iter("error")]


def test_the_terminal_names_rule_proof_and_remedy(broken: Report) -> None:
    """All that a person needs to mend it, on lines that can be copied."""
    shown = _shown(broken, Profile.COMPAT)
    assert "USE-003 total_tokens is the sum of the other two  (error)" in shown
    assert "total_tokens is 99, but 12 + 9 = 21  $.usage" in shown
    assert RULES["USE-003"].remedy in shown
    assert any(line.startswith("  sent    curl -sS") and line.endswith("}'") for line in shown.splitlines())


def test_the_terminal_tells_both_verdicts(broken: Report) -> None:
    """The chosen one is marked."""
    lines = _shown(broken, Profile.STRICT).splitlines()
    assert ["  compat broken", "→ strict broken"] == [line[:15] for line in lines if line[2:8] in {"compat", "strict"}]


def test_a_pipe_gets_plain_text(broken: Report) -> None:
    """No escape sequence, neither ours nor the endpoint's."""
    assert "\x1b" not in _shown(broken, Profile.STRICT)


def test_no_report_holds_the_key(stopped: Report, broken: Report) -> None:
    """In any format."""
    for report, key in ((stopped, "sk-secret-key"), (broken, "sk-test-endpoint")):
        texts = [_shown(report, Profile.STRICT), *(render(report, Profile.STRICT) for render in REPORTS.values())]
        assert [False] * len(texts) == [key in text for text in texts]


def test_the_listing_has_every_rule_and_an_explanation_its_source() -> None:
    """What --list and --explain print."""
    console = Console(file=io.StringIO(), width=160)
    console.print(terminal.listing(FAMILIES))
    console.print(terminal.explanation(RULES["STR-017"]))
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert all(rule in shown for rule in RULES)
    assert RULES["STR-017"].source in shown
