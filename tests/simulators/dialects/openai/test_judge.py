"""The judge, who was written apart: strict OpenAI is kept to the letter."""

from typing import Any

from novastack_contracts import Exit, Profile, Target, check


def test_strict_is_clean(openai: Any) -> None:
    """No rule of any weight is broken, in either profile."""
    target = Target.parse(openai.endpoint.base_url, model="openai-generic", key=openai.endpoint.api_key)
    report = check(target)
    assert (Exit.KEPT, ()) == (report.exit_code(Profile.STRICT), report.fatal(Profile.STRICT))
    assert (Exit.KEPT, ()) == (report.exit_code(Profile.COMPAT), report.fatal(Profile.COMPAT))
