"""The words are what faker drew, kept so that no newer one changes an answer."""

import subprocess
import sys
from random import Random

from novastack_simulators.generation.words import EACH, KINDS, drawn, pick, vocabulary


def test_the_kept_words_are_those_that_are_drawn() -> None:
    """With the faker that the constraints name, drawing again changes nothing but times, which end at its now."""
    timed = ("date", "time", "iso8601", "day_of_week", "month_name")
    again = {**drawn(), **{kind: vocabulary()[kind] for kind in timed}}
    assert again == vocabulary()


def test_every_kind_has_its_words() -> None:
    """As many as each has, and none of them empty."""
    assert dict.fromkeys(KINDS, EACH) == {kind: len(words) for kind, words in vocabulary().items()}
    assert all(word for words in vocabulary().values() for word in words)


def test_a_pick_is_one_of_its_kind() -> None:
    """Alike for the same generator."""
    assert pick(Random(1), "city") == pick(Random(1), "city")
    assert pick(Random(1), "city") in vocabulary()["city"]


def test_nothing_that_serves_imports_faker() -> None:
    """It takes longer to load than the rest of an answer to make."""
    code = "import sys, novastack_simulators.server; sys.exit('faker' in sys.modules)"
    assert 0 == subprocess.run([sys.executable, "-c", code], check=False).returncode
