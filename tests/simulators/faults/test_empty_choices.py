"""A chunk without a choice where nobody expects one."""

import json
from typing import Any

from novastack_simulators.faults import FAULTS, unfit
from novastack_simulators.faults.empty_choices import EmptyChoices
from novastack_simulators.plan import Plan


def test_the_wire(golden: Any) -> None:
    """One more event, with an error; Anthropic's wire has no choices, and stays as it is."""
    golden(do="empty_choices", error=True)


def test_a_plain_answer_has_none(wires: Any) -> None:
    """With the provider's error beside them, if that is asked for."""
    for name in ("openai", "dashscope", "deepseek", "vllm"):
        plan: Plan = wires(name).struck({"do": "empty_choices", "error": True, "status": 503}, stream=False)
        body = json.loads(plan.frames[0].data)
        assert ([], True) == (body["choices"], "message" in body["error"])
        assert b"%d" % len(plan.frames[0].data) == dict(plan.headers)[b"content-length"]
        bare = json.loads(wires(name).struck({"do": "empty_choices"}, stream=False).frames[0].data)
        assert ([], False) == (bare["choices"], "error" in bare)


def test_where_there_are_no_choices_it_is_unfit(wanted: dict[str, dict[str, Any]]) -> None:
    """Said before it is armed."""
    fault = EmptyChoices(do="empty_choices")
    assert () == unfit([fault], "openai")
    assert ((0, "empty_choices makes no sense here: Anthropic's answers have no choices"),) == unfit(
        [fault], "anthropic"
    )
    bare = {do: entry.model.model_validate({"do": do, **wanted.get(do, {})}) for do, entry in FAULTS.items()}
    assert {"empty_choices", "wrong_id"} == {do for do, each in bare.items() if unfit([each], "anthropic")}
