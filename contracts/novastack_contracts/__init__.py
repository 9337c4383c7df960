"""The judge: rules that any OpenAI-compatible endpoint must keep, each proven able to fail.

report = check(Target.parse("http://127.0.0.1:8080", model="qwen3-235b-a22b", key="sk-novastack-dev"))
assert report.exit_code(Profile.COMPAT) == 0
"""

from novastack_contracts.assertions import assert_chat_completion, assert_stream
from novastack_contracts.probe import Patience
from novastack_contracts.profile import Profile
from novastack_contracts.report import Exit, Report, Result
from novastack_contracts.rule import Rule, Severity, Verdict
from novastack_contracts.rules import FAMILIES, RULES
from novastack_contracts.runner import check
from novastack_contracts.target import Target, TargetError

__all__ = [
    "FAMILIES",
    "RULES",
    "Exit",
    "Patience",
    "Profile",
    "Report",
    "Result",
    "Rule",
    "Severity",
    "Target",
    "TargetError",
    "Verdict",
    "assert_chat_completion",
    "assert_stream",
    "check",
]
