"""An entry is all that the journal tells, and reads well."""

from typing import Any

import msgspec
import pytest

from novastack.testing.entry import Entry, Tokens
from novastack_simulators.journal import TOLD


def entry(**fields: Any) -> Entry:
    """A request that was answered, with some fields changed."""
    usual: dict[str, Any] = {
        **dict.fromkeys(TOLD),
        "sequence": 3, "upstream": "openai-generic", "scope": "", "attempt": 2, "method": "POST", "path": "/v1/x",
        "status": 200, "stream": False, "arrived": 1.5, "lateness": 0.0, "ended": True, "headers": {}, "body": "{}",
        "truncated": False, "tokens": {"prompt": 1, "reasoning": 0, "completion": 2, "sent": 2},
    }  # fmt: skip
    return msgspec.convert({**usual, **fields}, Entry)


def test_its_fields_are_the_journals() -> None:
    """In the same order, none left out, none invented."""
    assert list(TOLD) == list(Entry.__struct_fields__)


def test_its_tokens_are_typed() -> None:
    """They are read by name."""
    assert Tokens(prompt=1, reasoning=0, completion=2, sent=2) == entry().tokens


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, "#3 POST /v1/x 200, attempt 2"),
        ({"model": "m", "stub": "s", "fault": "f"}, "#3 POST /v1/x 200, attempt 2, model m, stub s, fault f"),
        ({"status": None, "ended": False}, "#3 POST /v1/x unanswered, attempt 2, under way"),
        ({"cancelled_at": 2.5}, "#3 POST /v1/x 200, attempt 2, cancelled"),
    ],
    ids=["plain", "known", "unanswered", "cancelled"],
)
def test_it_reads_as_a_line(fields: dict[str, Any], line: str) -> None:
    """What is known of it and nothing else."""
    assert line == str(entry(**fields))


def test_a_body_that_is_not_json() -> None:
    """A ValueError, as of any JSON."""
    with pytest.raises(ValueError, match="Expecting"):
        _ = entry(body="{").json
