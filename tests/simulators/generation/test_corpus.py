"""Schemas as they are found in the wild (all written for this file): strict ones, pydantic's, zod's, those of tools."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from novastack_simulators.generation.seed import seeded
from novastack_simulators.generation.values import value

CORPUS = Path(__file__).parent / "corpus"
CASES = [
    pytest.param(schema, id=f"{file.stem}-{name}")
    for file in sorted(CORPUS.glob("*.json"))
    for name, schema in json.loads(file.read_text(encoding="utf-8")).items()
]


@pytest.mark.parametrize("schema", CASES)
def test_values_fit(schema: Any) -> None:
    """For twenty seeds, and not always the same value where there is a choice."""
    judge = jsonschema_rs.validator_for(schema, validate_formats=True)
    made = [json.loads(json.dumps(value(schema, seeded(number)))) for number in range(20)]
    assert [] == [each for each in made if not judge.is_valid(each)]


def test_the_corpus_is_large_enough() -> None:
    """Some sixty schemas, each once."""
    assert len(CASES) >= 60
