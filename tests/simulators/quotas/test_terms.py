"""What a profile tells and a configuration enforces, and the sentence for each mistake in either."""

from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter, ValidationError

from novastack_simulators.profile import Enforced, Profile, QuotasConfig, load_profile, profile_names
from novastack_simulators.quotas import estimated, terms
from novastack_simulators.quotas.limit import Limit

CONFIG: TypeAdapter[QuotasConfig] = TypeAdapter(QuotasConfig)


@pytest.mark.parametrize("name", profile_names())
def test_shipped_limits_are_only_told(name: str) -> None:
    """Until a configuration says otherwise: nobody is refused by surprise; and `profile` enforces every one."""
    profile = load_profile(name)
    assert [False] * len(profile.limits) == [limit.enforced for limit in terms(profile).limits]
    assert [True] * len(profile.limits) == [limit.enforced for limit in terms(profile, "profile").limits]


def test_limits_by_the_second_are_a_sixtieth_at_once() -> None:
    """As DashScope has them; a configuration can say otherwise."""
    profile = load_profile("qwen3-235b-a22b")
    enforced = Enforced(requests=600, requests_per_day=5000)
    assert (
        Limit("requests", 600, True, 1),
        Limit("tokens", 1_000_000, False, 1),
        Limit("requests_per_day", 5000, True, 86_400),
    ) == terms(profile, enforced).limits
    whole = terms(profile, enforced.model_copy(update={"per_second": False})).limits
    assert [60, 60, 86_400] == [limit.burst for limit in whole]


def test_the_accounting_of_a_profile_can_be_replaced() -> None:
    """Each part by itself."""
    own = terms(load_profile("deepseek-v4-pro"), Enforced(per=["model"], pools={"p": ["a"]}, retry_after=True))
    assert (("model",), {"a": "p"}, True) == (own.per, own.pools, own.retry_after)
    assert (("key", "model"), {}, False) == terms(load_profile("deepseek-v4-pro"))[1:]


@pytest.mark.parametrize(
    ("given", "place", "sentence"),
    [
        (5, (), 'expected "profile", or a mapping of limits to numbers, got 5'),
        ("all", (), "expected \"profile\", or a mapping of limits to numbers, got 'all'"),
        ({"requests": 0}, ("limits", "requests"), "greater than or equal to 1"),
        ({"requests": 1.5}, ("limits", "requests"), "valid integer"),
        ({"request": 5}, ("limits", "request"), "Extra inputs"),
        ({"burst_growth": 0.5}, ("limits", "burst_growth", "factor"), "greater than or equal to 1"),
        ({"burst_growth": "fast"}, ("limits", "burst_growth"), "expected a factor"),
        ({"per": ["user"]}, ("limits", "per", 0), "'key' or 'model'"),
        (
            {"pools": {"p": ["a"], "q": ["a"]}},
            ("limits", "pools"),
            "the model 'a' is expected in one pool only",
        ),
    ],
)
def test_a_mistake_is_named(given: Any, place: Any, sentence: str) -> None:
    """Where it is, and what would be right."""
    with pytest.raises(ValidationError) as caught:
        CONFIG.validate_python(given)
    (error,) = caught.value.errors()
    assert place == error["loc"]
    assert sentence in error["msg"]


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        ("{requests: {value: 1.5, source: s, sure: assumed}}", "the limit 'requests' is expected to be a whole number"),
        ("{requests: {value: 0, source: s, sure: assumed}}", "the limit 'requests' is expected to be a whole number"),
        ("{words: {value: 5, source: s, sure: assumed}}", "'requests', 'tokens'"),
    ],
)
def test_a_limit_of_a_profile_is_checked(limits: str, sentence: str) -> None:
    """A whole number from 1 up, of a limit that there is."""
    whole = load_profile("openai-generic").model_dump() | {"limits": yaml.safe_load(limits)}
    with pytest.raises(ValidationError, match="limits") as caught:
        Profile.model_validate(whole)
    assert sentence in str(caught.value)


def test_the_output_is_estimated_from_the_callers_limit() -> None:
    """For each answer; a little where the caller sets none."""
    assert [100, 300, 16, 32] == [estimated(100), estimated(100, 3), estimated(None), estimated(None, 2)]
