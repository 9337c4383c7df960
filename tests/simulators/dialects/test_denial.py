"""Who is over a quota is told so in the provider's own words, and when to come again where the provider says it."""

import re
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.dialects import DIALECTS, denial
from novastack_simulators.dialects.durations import duration, milliseconds, seconds
from novastack_simulators.profile import Enforced, LimitName, load_profile
from novastack_simulators.quotas import Account, Denied, Grant, Need, Quotas, terms

ACCOUNT = Account("sha256:0123456789ab", "m")
NOW = 1_700_000_000.0
OPENAI, ANTHROPIC, DASHSCOPE = DIALECTS["openai"], DIALECTS["anthropic"], DIALECTS["dashscope"]
BRANCH = DIALECTS["deepseek"].branches["/anthropic/"]
TOKENS = "for gpt-4o in organization org-novastack on tokens per min (TPM)"
# Every dialect, and what DeepSeek speaks beside its own.
ALL = {**DIALECTS, "deepseek/anthropic": BRANCH}


def said(dialect: Any, denied: Denied) -> tuple[int, str, str | None, str]:
    shape, row = dialect.refuse(denial.refusal(dialect, denied, "gpt-4o"))
    return shape.status, shape.type, shape.code, row


@pytest.mark.parametrize("requested", [1, 11])
@pytest.mark.parametrize("name", get_args(LimitName))
@pytest.mark.parametrize("dialect", ALL)
def test_every_limit_has_a_text(dialect: str, name: LimitName, requested: int) -> None:
    """Whether it is used up or smaller than the request; all of them tell the client to slow down."""
    status, kind, _, text = said(ALL[dialect], Denied(name, 10, 10, requested, 1.0))
    assert (status, kind) == (429, kind) or (503, "slow_down") == (
        status,
        said(ALL[dialect], Denied(name, 10, 10, 1, 1.0))[2],
    )
    assert text
    assert not re.search(r"[{}]", text)


def test_openai_says_how_it_stands() -> None:
    """As recorded: type and code, the limit, what is used, what was asked, and a Go duration."""
    assert (
        429,
        "tokens",
        "rate_limit_exceeded",
        f"Rate limit reached {TOKENS}: Limit 30000, Used 29950, Requested 137. Please try again in 174ms.",
    ) == said(OPENAI, Denied("tokens", 30_000, 29_950, 137, 0.174))


def test_openai_says_when_a_request_is_too_large() -> None:
    """No time would help, so none is told."""
    denied = Denied("tokens", 30_000, 0, 30_001, None)
    assert (
        429,
        "tokens",
        "rate_limit_exceeded",
        f"Request too large {TOKENS}: Limit 30000, Requested 30001.",
    ) == said(OPENAI, denied)
    assert () == denial.later(OPENAI, denied, always=True)


def test_openai_counts_requests_by_the_day_too() -> None:
    """Under the type of requests."""
    status, kind, _, text = said(OPENAI, Denied("requests_per_day", 200, 200, 1, 432.0))
    assert (429, "requests") == (status, kind)
    assert text.endswith("on requests per day (RPD): Limit 200, Used 200, Requested 1. Please try again in 7m12s.")


def test_anthropic_names_the_limit() -> None:
    """In its pattern: the amount, what of, the organization and the model."""
    status, kind, code, text = said(ANTHROPIC, Denied("input_tokens", 30_000, 30_000, 5, 0.01))
    assert (429, "rate_limit_error", None) == (status, kind, code)
    assert text.startswith(
        "This request would exceed your organization's rate limit of 30000 input tokens per minute (org: "
    )
    assert "model: gpt-4o" in text


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("requests", "limit_requests"),
        ("requests_per_day", "limit_requests"),
        ("tokens", "insufficient_quota"),
        ("input_tokens", "insufficient_quota"),
        ("output_tokens", "insufficient_quota"),
        ("burst_growth", "limit_burst_rate"),
        ("concurrency", "Throttling.Concurrency"),
    ],
)
def test_dashscope_has_a_code_for_each_kind(name: LimitName, code: str) -> None:
    """The Throttling family."""
    assert (429, code, code) == said(DASHSCOPE, Denied(name, 10, 10, 1, None))[:3]


def test_deepseek_speaks_of_concurrency() -> None:
    """In both of its wires."""
    denied = Denied("concurrency", 500, 500, 1, None)
    assert (429, "rate_limit_error", "rate_limit_error") == said(DIALECTS["deepseek"], denied)[:3]
    assert (429, "rate_limit_error", None) == said(BRANCH, denied)[:3]
    assert "concurrent" in said(BRANCH, denied)[3]


@pytest.mark.parametrize("dialect", ["deepseek", "deepseek/anthropic", "dashscope", "vllm"])
def test_who_sends_no_time_sends_none(dialect: str) -> None:
    """Unless the accounting says so: then whole seconds."""
    denied = Denied("requests", 10, 10, 1, 5.5)
    assert () == denial.later(ALL[dialect], denied, always=False)
    refusal = denial.refusal(ALL[dialect], denied, "m", always=True)
    assert ((b"retry-after", b"6"),) == refusal.details["headers"]
    assert () == ALL[dialect].told


@pytest.mark.parametrize(
    ("name", "header", "unit"),
    [("openai", b"retry-after-ms", 0.001), ("openai", b"retry-after", 1.0), ("anthropic", b"retry-after", 1.0)],
)
@given(limit=st.integers(1, 500), pauses=st.lists(st.integers(0, 5_000_000), max_size=20), tokens=st.integers(1, 100))
def test_the_time_that_is_told_is_exact(
    name: str, header: bytes, unit: float, limit: int, pauses: Any, tokens: int
) -> None:
    """A client that waits it is admitted; one that waits a millisecond (or a second) less is not."""
    quotas, now = Quotas(terms(load_profile("qwen3-235b-a22b-vllm"), Enforced(tokens=limit))), NOW
    need = Need(min(tokens, limit), 0)
    decision = quotas.admit(ACCOUNT, need, now)
    for pause in pauses:
        now = round(now + pause / 1e6, 6)
        decision = quotas.admit(ACCOUNT, need, now)
    if isinstance(decision, Grant):
        return
    wait = int(dict(denial.later(DIALECTS[name], decision, always=False))[header]) * unit
    assert isinstance(quotas.admit(ACCOUNT, need, round(now + wait - unit, 6)), Denied)
    assert isinstance(quotas.admit(ACCOUNT, need, round(now + wait, 6)), Grant)


@given(st.integers(0, 10**12))
def test_microseconds_are_rounded_up(wait: int) -> None:
    """From the float that carries them, to the number that is exact."""
    assert (-(-wait // 1000), -(-wait // 10**6)) == (milliseconds(wait / 1e6), seconds(wait / 1e6))


@given(st.integers(0, 10**10))
def test_a_duration_is_read_back_to_the_millisecond(wait: int) -> None:
    """As Go's time.ParseDuration does."""
    units = {"h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
    parts = re.findall(r"([\d.]+)(ms|h|m|s)", duration(wait / 1e6))
    assert -(-wait // 1000) == round(sum(float(number) * units[unit] for number, unit in parts))


@pytest.mark.parametrize(
    ("given", "patience"),
    [("30", 30.0), ("3", 3.0), ("120", 120.0), ("2", 0.0), ("121", 0.0), ("", 0.0), ("-5", 0.0), ("1e1", 0.0), ("٣٠", 0.0)],
)  # fmt: skip
def test_dashscope_lets_a_burst_wait(given: str, patience: float) -> None:
    """From 3 to 120 seconds; anything else is no patience."""
    assert patience == DASHSCOPE.patience({"x-dashscope-wait-timeout": given})
    assert [0.0, 0.0] == [DASHSCOPE.patience({}), OPENAI.patience({"x-dashscope-wait-timeout": given})]
