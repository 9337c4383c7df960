"""Rows of published benchmarks, each with its source: what ran on which machine, and what was measured."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal

import yaml
from pydantic import Field

from novastack_simulators.profile.figures import Strict


class Machine(Strict):
    """What differs from the machine of the profile: terms that take longer by a factor, and settings of the engine."""

    title: str
    reasons: str
    slower: Mapping[str, float] = Field(default_factory=dict)
    settings: Mapping[str, int] = Field(default_factory=dict)


class Lengths(Strict):
    """Token counts of all requests: `total` of them, even, or lognormal with `sigma` and none above `most`."""

    total: int = Field(ge=1)
    sigma: float | None = None
    most: int = 1_000_000


class Row(Strict):
    """A run: so many requests, all at once, and the figures it gave.

    Times are in milliseconds (`ttft_p50`, `tpot_mean`, `itl_p99`, …), `duration` in seconds, `output` and `user` in
    tokens per second: of all requests, and of one (1000 / `tpot_p50`). `use`: for the fit of the
    terms, to scale a machine of another kind, or held back from both.
    """

    name: str
    machine: str
    source: str
    use: Literal["fit", "scale", "held back"]
    requests: int = Field(ge=1)
    prompts: Lengths
    outputs: Lengths
    settings: Mapping[str, int] = Field(default_factory=dict)
    published: Mapping[str, float] = Field(min_length=1)


class Published(Strict):
    """All machines, sources and rows."""

    machines: Mapping[str, Machine]
    sources: Mapping[str, str]
    rows: tuple[Row, ...]


@cache
def published() -> Published:
    """The rows of rows.yaml."""
    text = (resources.files("novastack_simulators.tempo.published") / "rows.yaml").read_text(encoding="utf-8")
    return Published.model_validate(yaml.safe_load(text))
