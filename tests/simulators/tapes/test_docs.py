"""The page about tapes keeps up with the code, and its examples hold."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest

from novastack.app import built
from novastack.commands.record import record
from novastack_simulators.tapes import Tapes, planned
from novastack_simulators.tapes.library import decode
from novastack_simulators.tapes.meaning import VOLATILE
from novastack_simulators.tapes.recorder.draft import LONGEST
from novastack_simulators.tapes.redaction import MEMBER, PARAMETERS, REQUEST, RESPONSE, SHORTEST
from novastack_simulators.tapes.tape import Chunk, Ended, Request, Response, Tape

PAGE = (Path(__file__).parents[3] / "docs" / "tapes.md").read_text(encoding="utf-8")
KEYS = {name for struct in (Tape, Request, Response, Chunk) for name in struct.__struct_fields__}
OPTIONS = [each.opts[0] for each in built("record", record).params if each.name != "help"]


@pytest.mark.parametrize("key", sorted({*KEYS, *Tapes.model_fields, *get_args(Ended), *OPTIONS}))
def test_every_key_option_and_end_has_its_row(key: str) -> None:
    """A row of a table that begins with it."""
    assert f"\n| `{key}` |" in PAGE


@pytest.mark.parametrize(("label", "allowed"), [("request headers", REQUEST), ("response headers, trailers", RESPONSE)])
def test_the_headers_that_are_kept_are_told(label: str, allowed: object) -> None:
    """All of them and no others."""
    (row,) = re.findall(rf"\| {label} \| (.*) \|", PAGE)
    names, families = REQUEST if allowed is REQUEST else RESPONSE
    assert sorted({*names, *(f"{family}*" for family in families)}) == sorted(re.findall(r"`([^`]+)`", row))


def test_the_parameters_that_are_kept_are_told() -> None:
    """Of the query."""
    (row,) = re.findall(r"\| the query \| (.*) \|", PAGE)
    assert sorted(PARAMETERS) == sorted(re.findall(r"`([^`]+)`", row))


def test_the_fields_that_mean_nothing_are_told() -> None:
    """In their order."""
    told = re.sub(r"\s+", " ", PAGE).partition("and the fields ")[2].partition(". The query")[0]
    assert [*VOLATILE] == re.findall(r"`([^`]+)`", told)


def test_the_figures_of_the_page_are_those_of_the_code() -> None:
    """How long a secret is, and how long a tape may be."""
    text = re.sub(r"\s+", " ", PAGE)
    assert f"from {SHORTEST} characters up" in text
    assert f"elsewhere from {MEMBER} up" in text
    assert f"up to {LONGEST // 1024 // 1024} MiB" in text


def test_the_example_is_a_tape() -> None:
    """It can be copied as it stands, and is played as it says."""
    (text,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    plan = planned(decode(text.encode(), "it"), by="event")
    assert ["text", "finish", "done"] == [frame.phase for frame in plan.frames]
    assert json.loads(text)["ended"] == plan.ending


def test_the_command_line_of_the_page_is_valid() -> None:
    """It names options that there are."""
    (line,) = re.findall(r"^novastack record (.*)$", PAGE, re.MULTILINE)
    context = built("record", record).make_context("record", line.split())
    assert ("https://api.deepseek.com", Path("tapes/deepseek")) == (context.params["upstream"], context.params["out"])
