"""The shipped tempos give the figures that their sources name."""

import statistics

import pytest

from novastack_simulators.generation import seeded
from novastack_simulators.profile import load_profile
from novastack_simulators.tempo import pulse


@pytest.mark.parametrize(
    ("profile", "rate"),
    [
        ("deepseek-v4-pro", 155),  # Vercel AI Gateway
        ("claude-opus-4-7", 42.7),  # Artificial Analysis, Anthropic's own API
        ("qwen3-235b-a22b", 67.5),  # assumed: between 60 and 75
        ("openai-generic", 80),  # assumed
        ("qwen3-235b-a22b-vllm", 74.5),  # Qwen's speed benchmark, batch 1
    ],
)
def test_tokens_come_at_the_published_rate(profile: str, rate: float) -> None:
    """Tokens per second after the first, over a long answer, within 2 %."""
    dues = pulse(10_000, load_profile(profile).tempo, seeded(1), prompt_tokens=20)
    assert rate == pytest.approx(9_999 / (dues[-1] - dues[0]), rel=0.02)


@pytest.mark.parametrize(
    ("profile", "seconds"),
    [("deepseek-v4-pro", 1.7), ("claude-opus-4-7", 0.65), ("qwen3-235b-a22b", 1.0), ("openai-generic", 0.5)],
)
def test_the_first_token_comes_at_the_published_median(profile: str, seconds: float) -> None:
    """Over many requests, within 5 %; a twentieth takes 2.7 times as long and more."""
    firsts = sorted(pulse(1, load_profile(profile).tempo, seeded(seed))[0] for seed in range(4000))
    assert seconds == pytest.approx(statistics.median(firsts), rel=0.05)
    assert 2.7 == pytest.approx(firsts[3800] / firsts[2000], rel=0.1)


def test_a_prompt_on_an_idle_engine() -> None:
    """The figures of its page: 57 ms for a prompt of 1,000, then 13.4 ms a token."""
    dues = pulse(2, load_profile("qwen3-235b-a22b-vllm").tempo, seeded(1), prompt_tokens=1000)
    assert (0.0571, 0.0134) == pytest.approx((dues[0], dues[1] - dues[0]), rel=0.01)
