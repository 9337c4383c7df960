"""What the judge, which was written apart, finds: only what is true of vLLM itself."""

from typing import Any

import pytest

from novastack_contracts import Profile, Target, check


@pytest.mark.parametrize(
    ("server", "broken"),
    [
        # The model may be left out, a temperature has no upper bound, a wrong key gets one word.
        ("vllm", {"REQ-005", "REQ-006", "ERR-002"}),
        # And every error is flat.
        ("sglang", {"REQ-005", "REQ-006", "ERR-002"}),
    ],
)
def test_the_judge_finds_what_is_known(request: pytest.FixtureRequest, server: str, broken: set[str]) -> None:
    """Nothing else is fatal to an SDK."""
    client: Any = request.getfixturevalue(server)
    report = check(Target.parse(client.endpoint.base_url, model="qwen3-235b-a22b", key="sk-sim-self"))
    assert broken == {result.rule.id for result in report.fatal(Profile.COMPAT)}
