"""Whether journals are complete, and reading them over HTTP."""

from collections.abc import Callable
from typing import Any

from novastack_loadtests.control import fetch
from novastack_loadtests.journals import Journal, covering, since


def test_a_simulator_is_read(laboratory: Callable[..., Any], desk: Any) -> None:
    """Name and entries come over HTTP."""
    lab = laboratory()
    lab.note("deepseek-v4-pro", "load-x", None)
    journal = fetch(lab.simulators[1])
    assert ("deepseek-v4-pro", ["load-x"], None) == (
        journal.upstream,
        [entry.request_id for entry in journal.entries],
        journal.trouble,
    )


def test_what_is_no_simulator_is_trouble_and_no_traceback(laboratory: Callable[..., Any]) -> None:
    """The gateway's address in place of a simulator's is named."""
    journal = fetch("http://127.0.0.1:1")
    assert journal.trouble is not None
    assert "http://127.0.0.1:1/_sim" in journal.trouble


def test_entries_dropped_during_the_run_make_a_journal_unusable() -> None:
    """What was dropped might have been the evidence."""
    before, after = Journal(url="u", dropped=2), Journal(url="u", dropped=5)
    assert "u dropped 3 journal entries during the run" == since(before, after).trouble


def test_entries_dropped_before_the_run_do_no_harm() -> None:
    """They were of others."""
    assert since(Journal(url="u", dropped=2), Journal(url="u", dropped=2)).trouble is None


def test_every_upstream_must_have_its_journal() -> None:
    """One missing simulator could have seen anything."""
    assert "no journal of b" == covering([Journal(url="u", upstream="a")], ["a", "b"])


def test_complete_journals_cover() -> None:
    """Nothing to complain about."""
    assert covering([Journal(url="u", upstream="a"), Journal(url="v", upstream="b")], ["a", "b"]) is None
