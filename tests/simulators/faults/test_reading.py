"""How faults are read: every mistake is told with its place, what was given and what would be right."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from novastack_simulators.faults import FAULTS, AnyFault, Faults, Preset, expanded

READERS: list[Any] = [TypeAdapter(list[AnyFault]), TypeAdapter(Faults)]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("given", "place", "told"),
    [
        ({"do": "explode"}, (), f"unknown fault 'explode': known are {', '.join(FAULTS)}"),
        ({}, (), "a fault says what to `do`, got {}"),
        (5, (), "a fault says what to `do`, got 5"),
        ({"do": 7}, (), "unknown fault 7"),
        ({"do": "rst", "at": "x"}, ("rst", "at"), "expected queued, before_headers"),
        ({"do": "rst", "count": 1}, ("rst", "count"), "unknown field: expected do, at, when, where, name"),
        ({"do": "drop", "counts": 1}, ("drop", "counts"), "unknown field: expected do, at, when, where, name, count"),
        ({"do": "stall"}, ("stall", "for"), "Field required"),
        ({"do": "stall", "for": -1}, ("stall", "for"), 'expected "forever" or seconds above 0 and up to 86400, got -1'),
        ({"do": "rst", "name": "a b"}, ("rst", "name"), "got 'a b'"),
        ({"do": "rst", "where": {"modle": "x"}}, ("rst", "where", "modle"), "unknown field"),
        (
            {"do": "rst", "where": {"header": {"authorization": "x"}}},
            ("rst", "where", "header"),
            "carries a credential",
        ),
        ({"preset": "nothing"}, (), "unknown preset 'nothing': known are overloaded"),
        ({"preset": 5}, (), "unknown preset 5"),
    ],
)
def test_a_mistake_is_told(reader: TypeAdapter[Any], given: Any, place: tuple[str, ...], told: str) -> None:
    """At its place in the list."""
    with pytest.raises(ValidationError) as caught:
        reader.validate_python([{"do": "rst"}, given])
    (error,) = caught.value.errors()
    assert ((1, *place), True) == (error["loc"], told in error["msg"])


def test_a_key_is_never_repeated() -> None:
    """Not even in what is wrong about it."""
    wrong = {"do": "rst", "where": {"key": {"contains": "sk-very-secret-key"}}}
    with pytest.raises(ValidationError) as caught:
        READERS[0].validate_python([wrong])
    assert "very-secret" not in str([error["msg"] for error in caught.value.errors()])


def test_a_key_is_kept_as_its_fingerprint() -> None:
    """A plain key and its fingerprint are the same."""
    (fault,) = READERS[0].validate_python([{"do": "rst", "where": {"key": "sk-very-secret-key"}}])
    assert "very-secret" not in repr(fault) + fault.model_dump_json()
    shown = fault.model_dump(mode="json", exclude_none=True)["where"]
    assert ({"equals"}, "sha256:") == (set(shown["key"]), shown["key"]["equals"][:7])
    assert [fault] == READERS[0].validate_python([{"do": "rst", "where": shown}])


def test_presets_stand_in_a_list_of_faults() -> None:
    """In the place of their own, under their name unless those have names."""
    faults = READERS[1].validate_python([{"do": "rst"}, {"preset": "brown-out"}, {"do": "fin", "name": "bye"}])
    assert [("rst", "rst"), ("status", "brown-out"), ("slow", "brown-out"), ("fin", "bye")] == [
        (fault.do, fault.told) for fault in faults
    ]
    assert faults[1:3] == expanded([Preset(preset="brown-out")])


def test_a_list_of_faults_alone_takes_no_preset() -> None:
    """It is not one of them."""
    with pytest.raises(ValidationError):
        READERS[0].validate_python([{"preset": "overloaded"}])
