"""The `tapes:` of an upstream: valid ones give a reel, others say what is wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from novastack_simulators.tapes import AnyTapes, Tape, Tapes
from novastack_simulators.tapes.library import Library

SETTING: TypeAdapter[Tapes] = TypeAdapter(AnyTapes)


def test_a_folder_is_enough(tmp_path: Path, taped: Callable[..., Tape]) -> None:
    """All the rest has a default."""
    Library(tmp_path).keep(1, taped())
    setting = SETTING.validate_python(str(tmp_path))
    assert (None, "semantic", (), "refuse") == (setting.speed, setting.match, setting.ignore, setting.fallback)
    assert 1 == len(setting.reel.tapes)
    assert setting.reel is setting.reel


def test_all_of_it(tmp_path: Path, taped: Callable[..., Tape]) -> None:
    """A speed of 0 is one."""
    Library(tmp_path / "t.ndjson").keep(1, taped(body=b'{"a":1}'))
    more = {"speed": 0, "match": "semantic", "ignore": ["a"], "fallback": "generate"}
    setting = SETTING.validate_python({"folder": tmp_path / "t.ndjson", **more})
    assert isinstance(setting.reel.find("POST", "/v1/chat/completions", b'{"a":2}', 1), Tape)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"speed": -1}, "greater than or equal to 0"),
        ({"ignore": ["a..b"]}, "cannot be read at character 2"),
        ({"fallback": "fail"}, "'refuse' or 'generate'"),
        ({"mode": "x"}, "Extra inputs"),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, given: dict[str, object], told: str) -> None:
    """When the configuration is read."""
    with pytest.raises(ValidationError) as raised:
        SETTING.validate_python({"folder": tmp_path, **given})
    assert told in str(raised.value)


def test_tapes_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    """With their file, each of them."""
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(ValidationError) as raised:
        SETTING.validate_python(str(tmp_path))
    assert f"{tmp_path / 'a.json'}: Object missing required field `version`" in str(raised.value)
