"""Entries for a journal, with what matters to a test and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest

from novastack_simulators.journal import Entry, Journal, Keeping

Arrive = Callable[..., Entry]


@pytest.fixture
def journal() -> Journal:
    return Journal("u", Keeping())


@pytest.fixture
def arrive(journal: Journal) -> Arrive:
    """A request that arrives at the second of its number; `ended` unless it is to go on."""

    def one(path: str = "/chat", *, ended: bool = True, **known: Any) -> Entry:
        headers = ((b"x-request-id", known.pop("request_id").encode()),) if "request_id" in known else ()
        entry = journal.open("POST", path, headers, now=0.0)
        entry.arrived = float(entry.sequence)
        for name, value in known.items():
            setattr(entry, name, value)
        journal.begin(entry)
        if ended:
            journal.close(entry)
        return entry

    return one
