"""The page keeps up with the code: every operation, noun, setting and field has its line, and the examples are true."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from novastack_simulators.control.fleet import NOUNS
from novastack_simulators.explanation import Wanted
from novastack_simulators.fleet import SETTLED

PAGE = (Path(__file__).parents[3] / "docs" / "control.md").read_text(encoding="utf-8")
SECTIONS = {part.split("\n")[0]: part for part in PAGE.split("\n## ")}
ROW = re.compile(
    r"^\| (?P<methods>(?:`[A-Z]+`(?:, )?)+) \| (?P<paths>[^|]+) \| (?P<does>[^|]+) \| (?P<by>\w+) \|$", re.MULTILINE
)
TOLD = [
    (method, path, row["by"])
    for row in ROW.finditer(PAGE)
    for method in re.findall(r"`([A-Z]+)`", row["methods"])
    for path in re.findall(r"`(/_sim[^`]*)`", row["paths"])
]


def described(plane: Any) -> dict[tuple[str, str], Any]:
    """The operations of the OpenAPI description."""
    paths = plane.ask("GET", "/openapi.json").json()["paths"]
    return {(method.upper(), path): operation for path, each in paths.items() for method, operation in each.items()}


def test_every_operation_has_its_row(plane: Any) -> None:
    """And every row an operation, but for the methods that only the rest of a path has."""
    told = {(method, path) for method, path, _ in TOLD}
    assert [] == sorted(described(plane).keys() - told)
    only = {(method, "/_sim/upstreams/{name}") for method in ("PUT", "POST", "DELETE")}
    assert [] == sorted(told - described(plane).keys() - only)


def test_what_goes_by_scope_can_be_asked_by_scope(plane: Any) -> None:
    """As the last column says, and nothing else can."""
    scoped = {
        place
        for place, operation in described(plane).items()
        if any(parameter["name"] == "x-sim-scope" for parameter in operation.get("parameters", ()))
    }
    assert scoped == {(method, path) for method, path, by in TOLD if by == "scope"}


@pytest.mark.parametrize("noun", NOUNS)
def test_every_noun_of_the_fleet_is_named(noun: str) -> None:
    """In the section about all of them."""
    assert f"`{noun}`" in SECTIONS["All upstreams at once"]


@pytest.mark.parametrize("field", SETTLED)
def test_what_needs_another_start_is_named(field: str) -> None:
    """Each setting that is settled."""
    assert f"`{field}`" in SECTIONS["Reading the configuration again"]


@pytest.mark.parametrize("field", Wanted.model_fields)
def test_every_part_of_a_request_to_explain_has_its_row(field: str) -> None:
    """With its default."""
    rows = [line.split("|")[1] for line in SECTIONS["Explaining a request"].split("\n") if line.startswith("| `")]
    assert any(f"`{field}`" in row for row in rows)


def test_every_part_of_an_explanation_has_its_row(plane: Any) -> None:
    """Those of the answer by their path."""
    section, told = SECTIONS["Explaining a request"], plane.explained()
    names = [*(name for name in told if name != "answer"), *(f"answer.{name}" for name in told["answer"])]
    assert [] == [name for name in names if f"`{name}`" not in section]


def test_the_examples_are_taken(wide: Any) -> None:
    """Each body of a curl, where it is sent."""
    examples = re.findall(r"curl (?:-X (\w+) )?http://127\.0\.0\.1:\d+/_sim(\S+)(?: -d '(.*)')?", PAGE)
    assert len(examples) >= 4
    for method, path, body in examples:
        sent = {"body": json.loads(body)} if body else {}
        answer = wide.ask(method or ("POST" if body else "GET"), path, **sent)
        assert 200 == answer.status_code, path
