"""Faults by the name of what they imitate: a few lines of the same language each, in presets.yaml."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import yaml
from pydantic import Field, field_validator

from novastack_simulators.faults.when import Moments
from novastack_simulators.faults.wording import shown
from novastack_simulators.matching import Where
from novastack_simulators.profile import Strict


class Kit(Strict):
    """What a preset arms: `about` says what it imitates, `source` where that was seen. `faults` are read elsewhere."""

    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    about: str = Field(min_length=1)
    source: str = Field(min_length=1)
    faults: list[dict[str, Any]] = Field(min_length=1)


@cache
def presets() -> Mapping[str, Kit]:
    """All presets, by name."""
    text = (resources.files("novastack_simulators.faults") / "presets.yaml").read_text(encoding="utf-8")
    kits = [Kit.model_validate(each) for each in yaml.safe_load(text)]
    return MappingProxyType({kit.name: kit for kit in kits})


def named(name: Any) -> Kit:
    """The preset of a name. Raises ValueError listing the known ones."""
    if not isinstance(name, str) or name not in presets():
        raise ValueError(f"unknown preset {shown(name)}: known are {', '.join(presets())}")
    return presets()[name]


class Preset(Strict):
    """Stands in a list of faults for those of the preset of that name; `when` takes the place of
    theirs, `where` must hold besides."""

    preset: str
    when: Moments | None = None
    where: Where | None = None

    @field_validator("preset")
    @classmethod
    def _known(cls, name: str) -> str:
        return named(name).name
