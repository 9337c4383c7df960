"""The page about faults keeps up with the code, its examples hold, and its walk-through leads to a fault."""

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel, TypeAdapter

from novastack_simulators.faults import FAULTS, Context, Entry, Fault, Faults, presets
from novastack_simulators.faults.at import LEAST, PHASES
from novastack_simulators.faults.corrupt import Corrupt
from novastack_simulators.faults.directive import directive
from novastack_simulators.faults.when import CONDITIONS
from novastack_simulators.matching import ARRIVALS, SUBJECTS
from novastack_simulators.plan import Plan

PAGE = (Path(__file__).parents[3] / "docs" / "faults.md").read_text(encoding="utf-8")
EXAMPLES = [line for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
READER: TypeAdapter[tuple[Fault, ...]] = TypeAdapter(Faults)
SHARED = {"do", *Fault.model_fields}


def section(name: str) -> str:
    assert f"\n### {name}\n" in PAGE, f"docs/faults.md has no section headed ### {name}"
    return re.split(r"\n##+ ", PAGE.split(f"\n### {name}\n")[1])[0]


def parameters(name: str) -> dict[str, Any]:
    """A fault's own, by the words in which they are given."""
    fields = FAULTS[name].model.model_fields.items()
    return {field.alias or own: field.default for own, field in fields if own not in SHARED}


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_has_a_section_with_its_parameters(name: str) -> None:
    """A heading of its name, below it a row for each of its own parameters, with what holds if it is absent."""
    for parameter, default in parameters(name).items():
        (row,) = re.findall(rf"^\| `{parameter}` \|.*$", section(name), re.MULTILINE)
        if isinstance(default, int | float | str):
            assert (f"{default:g}" if isinstance(default, float) else str(default).lower()) in row.lower()
    if not parameters(name):
        assert "No parameters" in section(name)


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_has_an_example(name: str) -> None:
    """In its section, and of it."""
    examples = [json.loads(line) for line in re.findall(r"^\{.*\}$", section(name), re.MULTILINE)]
    assert examples
    assert {name} == {example["do"] for example in examples}


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_can_be_armed(example: str) -> None:
    """As it stands."""
    assert len(READER.validate_python([json.loads(example)])) == 1


@pytest.mark.parametrize("word", [*PHASES, *LEAST, "always", *CONDITIONS, *SUBJECTS, *ARRIVALS, *sorted(SHARED)])
def test_every_word_of_the_language_is_explained(word: str) -> None:
    """In a row of a table."""
    head = PAGE.split("## Instead of the answer")[0]
    assert re.search(rf"^\|[^|]*`{word}`", head, re.MULTILINE)


@pytest.mark.parametrize("name", FAULTS)
def test_where_a_fault_strikes_unless_told_is_said(name: str) -> None:
    """In its section, or at the head of its part."""
    default = FAULTS[name].model.model_fields["at"].default
    part = PAGE[: PAGE.index(f"\n### {name}\n")].rpartition("\n## ")[2].partition("\n### ")[0]
    assert default == "before_headers" or f"`{default}`" in part + section(name)


def test_what_can_be_corrupted_is_explained() -> None:
    """A row each."""
    for word in get_args(Corrupt.model_fields["what"].annotation):
        assert f"| `{word}` |" in section("corrupt")


def test_every_preset_has_its_row() -> None:
    """Saying what it says of itself, in the order of the file."""
    rows = [f"| `{kit.name}` | {kit.about} |" for kit in presets().values()]
    assert "\n".join(rows) in PAGE


def test_every_directive_of_the_page_is_one() -> None:
    """Those in the table; the other is cut off on purpose."""
    found = [directive(text) for text in re.findall(r"^\| `(\[\[sim .*?\]\])` \|", PAGE, re.MULTILINE)]
    assert [2, 1, 3, 1] == [len(each.faults) for each in found if each]
    assert "crlf" in [each.framing for each in found if each]


def test_the_configuration_of_the_page_can_be_armed() -> None:
    """And so can what curl sends."""
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (upstream,) = yaml.safe_load(text)["simulators"]["upstreams"]
    assert ["status", "one-in-ten", "brown-out", "brown-out"] == [
        fault.told for fault in READER.validate_python(upstream["faults"])
    ]
    (sent,) = re.findall(r"-d '(.*?)'\n", PAGE, re.DOTALL)
    assert ["rst"] == [fault.do for fault in READER.validate_python(json.loads(sent))]


def test_the_walk_through_leads_to_a_fault(stream: Plan, error: Plan) -> None:
    """Its file and its entry, as they stand on the page, strike."""
    file, entry, test = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    module: dict[str, Any] = {"__name__": "novastack_simulators.faults.repeated_header"}
    exec(compile(file, "repeated_header.py", "exec"), module)
    model: type[BaseModel] = module["RepeatedHeader"]
    assert '"repeated_header": Entry(repeated_header.RepeatedHeader, repeated_header.strike),' == entry.strip()
    made = Entry(model, module["strike"])  # type: ignore[arg-type]  # it is one
    plan = Plan(status=200, headers=((b"content-type", b"a/b"),), frames=stream.frames, dues=stream.dues)
    fault = made.model.model_validate({"do": "repeated_header"})
    struck = made.strike(fault, plan, Context(error))
    assert struck is not None
    assert ((b"content-type", b"a/b"),) * 2 == struck.headers
    assert (
        made.strike(made.model.model_validate({"do": "repeated_header", "header": "x"}), plan, Context(error)) is None
    )
    assert "def test_the_wire(golden: Any)" in test


def test_every_helper_of_the_walk_through_exists() -> None:
    """In the file that is named beside it."""
    rows = re.findall(r"^\| [^|]+ \| `(\w+)\.py` \| (.*) \|$", PAGE, re.MULTILINE)
    assert 6 == len(rows)
    for file, told in rows:
        module = import_module(f"novastack_simulators.faults.{file}")
        names = [name for name in re.findall(r"`(\w+)(?:\(.*?\))?`", told) if name not in (*PHASES, *LEAST)]
        assert names
        assert [] == [name for name in names if not hasattr(module, name)]
