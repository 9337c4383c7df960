"""The page about stubs keeps up with the code, and its examples hold."""

import json
import re
from pathlib import Path

import pytest
import yaml
from pydantic import TypeAdapter

from novastack_simulators.config import SimulatorsConfig
from novastack_simulators.matching.match import LONGEST
from novastack_simulators.stubs import FAMILIES, NAMES, PREDICATES, SUBJECTS, Reply, Stub, Stubs
from novastack_simulators.stubs.analysis import IMPOSSIBLE, MISPLACED

PAGE = (Path(__file__).parents[3] / "docs" / "stubs.md").read_text(encoding="utf-8")
KEYS = [*Stub.model_fields, *Reply.model_fields, *SUBJECTS, *PREDICATES, *IMPOSSIBLE, *MISPLACED]


@pytest.mark.parametrize("key", sorted({*KEYS}))
def test_every_key_and_complaint_has_its_row(key: str) -> None:
    """A row of a table that begins with it."""
    assert f"| `{key}` |" in PAGE


@pytest.mark.parametrize("name", [*NAMES, *(f"{family}." for family in FAMILIES)])
def test_every_field_of_a_template_has_its_row(name: str) -> None:
    """As it is written in a stub."""
    assert f"| `{{{{ {name}" in PAGE


def test_the_figures_of_the_page_are_those_of_the_code() -> None:
    """The cap of a value in the journal."""
    assert f"capped at {LONGEST} characters" in PAGE


def test_the_configuration_of_the_page_is_valid_and_without_complaint() -> None:
    """It can be copied as it stands."""
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    config = SimulatorsConfig.model_validate(yaml.safe_load(text)["simulators"])
    assert (["order-lookup", "order-found"], ()) == ([stub.name for stub in config.stubs], config.complaints())


def test_the_request_of_the_page_is_valid() -> None:
    """So can the body that curl sends."""
    (text,) = re.findall(r"-d '(.*?)'\n", PAGE, re.DOTALL)
    assert ["hello"] == [stub.name for stub in TypeAdapter(Stubs).validate_python(json.loads(text))]
