"""`finish` ends an answer with a reason of the caller's choice."""

import pytest
from pydantic import ValidationError

from novastack_simulators.faults import uttered
from novastack_simulators.faults.finish import Finish
from novastack_simulators.generation import Choice, Generation

SAID = Generation(choices=(Choice(text=("a", "b", "c")), Choice(text=("d",))), prompt_tokens=1)


def test_it_cuts_after_so_many_tokens() -> None:
    """Each choice by itself; a shorter one stays whole."""
    fault = Finish.model_validate({"do": "finish", "reason": "full", "at": {"after_tokens": 2}})
    ended = uttered(fault, SAID)
    assert [("a", "b"), ("d",)] == [choice.text for choice in ended.choices]
    assert ["full", "full"] == [choice.reason for choice in ended.choices]


def test_at_its_own_end_all_is_said() -> None:
    """Only the reason differs."""
    ended = uttered(Finish.model_validate({"do": "finish", "reason": "odd"}), SAID)
    assert [("a", "b", "c"), ("d",)] == [choice.text for choice in ended.choices]


def test_without_a_fault_nothing_changes() -> None:
    """The same object."""
    assert SAID is uttered(None, SAID)


@pytest.mark.parametrize("wrong", [{"at": "queued"}, {"at": {"after_tokens": 0}}, {"reason": ""}, {"reason": 'a"b'}])
def test_wrong_parameters_are_refused(wrong: dict[str, object]) -> None:
    """Where it cannot end, and reasons that are no word."""
    with pytest.raises(ValidationError):
        Finish.model_validate({"do": "finish", "reason": "x", **wrong})


def test_every_provider_writes_the_reason(client: object) -> None:
    """Plain, where its finish reason stands; usage counts what was said."""
    ask = client.ask  # type: ignore[attr-defined]
    client.arm({"do": "finish", "reason": "out_of_room", "at": {"after_tokens": 4}})  # type: ignore[attr-defined]
    body = ask().json()
    reason = body.get("stop_reason") or body["choices"][0]["finish_reason"]
    usage = body["usage"]
    assert ("out_of_room", 4) == (reason, usage.get("completion_tokens", usage.get("output_tokens")))
    assert '"out_of_room"' in ask(stream=True).text
