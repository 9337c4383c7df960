"""From a test's words to a stub, which the simulator reads."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from novastack.testing.stubs import SUBJECTS, answer, stub
from novastack_simulators.stubs import Stub


def test_the_whole() -> None:
    """Whom it is for, what is said, a name and a priority."""
    words: dict[str, Any] = {"to": "weather", "json": {"metadata.team": "red"}, "reasoning": "Hm."}
    assert {
        "name": "reply-2",
        "priority": 2002,
        "match": {"json": {"metadata.team": "red"}, "last_message": {"contains": "weather"}},
        "reply": {"reasoning": "Hm.", "text": "Rain."},
    } == stub(2, words, {"text": "Rain."})


def test_a_name_and_a_priority_of_ones_own() -> None:
    """They are taken as they are."""
    made = stub(1, {"name": "rain", "priority": -3}, {"text": "Rain."})
    assert ("rain", -3) == (made["name"], made["priority"])


def test_an_answer_of_a_sequence() -> None:
    """A bare text is short for its text."""
    assert [{"text": "Rain."}, {"error": {"status": 503}}] == [answer("Rain."), answer({"error": {"status": 503}})]


@given(st.dictionaries(st.sampled_from([name for name in SUBJECTS if name not in ("header", "json")]), st.text()))
def test_the_simulator_reads_what_is_made(words: dict[str, str]) -> None:
    """Whatever is matched, and the more the higher."""
    made = Stub.model_validate(stub(1, words, {"text": "Rain."}))
    assert (len(words), 1000 * len(words) + 1) == (len(made.match.matchers), made.priority)
