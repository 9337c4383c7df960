"""What a framing may be, and what is said of one that makes no sense."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from novastack_simulators.framing import DEFAULT, FRAMINGS, AnyFraming, Framing

ANY: TypeAdapter[Framing] = TypeAdapter(AnyFraming)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"write": "line"}, 'expected "event", "inside_utf8", {"bytes": n}, {"events": k} or {"random": n}'),
        ({"write": {"bytes": 0}}, "with a whole number from 1 to 1000000, got {'bytes': 0}"),
        ({"write": {"bytes": True}}, "with a whole number"),
        ({"write": {"bytes": 1.5}}, "with a whole number"),
        ({"write": {"bytes": 1, "events": 1}}, "with a whole number"),
        ({"gzip": "sometimes"}, "expected true, false or \"always\", got 'sometimes'"),
        ({"gzip": 1}, 'expected true, false or "always", got 1'),
        ({"pause": 5}, "pause is between the writes of one event, and here an event is one write"),
        ({"pause": 5, "write": {"events": 2}}, "pause is between the writes of one event"),
        ({"gzip": True, "write": "inside_utf8"}, "gzip leaves no characters on the wire to cut"),
        ({"comments": {"text": "a\rb"}}, "String should match pattern"),
        ({"line_end": "lfcr"}, "Input should be 'lf', 'crlf' or 'cr'"),
        ({"spaces": False}, "Extra inputs are not permitted"),
        ("crfl", "unknown framing 'crfl': known are one-byte, crlf, cr, no-space, comments"),
    ],
)
def test_what_makes_no_sense_is_said(given: Any, said: str) -> None:
    """In a sentence that says what would be right."""
    with pytest.raises(ValidationError) as caught:
        ANY.validate_python(given)
    assert said in str(caught.value)


@pytest.mark.parametrize("name", FRAMINGS)
def test_a_name_is_its_settings(name: str) -> None:
    """A preset can be named, and written out as JSON it is the same again; it changes something."""
    assert FRAMINGS[name] == ANY.validate_python(name)
    assert FRAMINGS[name] == ANY.validate_json(FRAMINGS[name].model_dump_json())
    assert not FRAMINGS[name].default


def test_the_default_is_known_however_it_was_made() -> None:
    """Also when it is written out; a copy with a change is not taken for it."""
    assert DEFAULT.default
    assert Framing(write="event", space=True).default
    assert not DEFAULT.model_copy(update={"bom": True}).default


def test_the_schema_takes_names_and_mappings() -> None:
    """So that an editor that checks the file against it does not reject `framing: crlf`."""
    assert {"type": "string"} in ANY.json_schema()["anyOf"]
