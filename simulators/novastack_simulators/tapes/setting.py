"""How an upstream replays: the `tapes:` of its configuration. A bare folder is short for all the defaults."""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator

from novastack_simulators.matching import path
from novastack_simulators.profile import Strict
from novastack_simulators.tapes.library import TapeError, load
from novastack_simulators.tapes.reel import Matching, Reel


class Tapes(Strict):
    """`folder` is a folder or an NDJSON file; `fallback` is what a request gets that no tape answers.

    `speed` 20 is twenty times faster than recorded, 0 is at once; None is the upstream's own. `ignore` are paths of the
    body that mean nothing.
    """

    folder: Path
    speed: float | None = Field(default=None, ge=0)
    match: Literal["semantic", "exact"] = "semantic"
    ignore: tuple[str, ...] = ()
    fallback: Literal["refuse", "generate"] = "refuse"

    @field_validator("folder")
    @classmethod
    def _readable(cls, folder: Path) -> Path:
        try:
            load(folder)
        except TapeError as error:
            raise ValueError("; ".join(error.mistakes)) from None
        return folder

    @field_validator("ignore")
    @classmethod
    def _paths(cls, ignore: tuple[str, ...]) -> tuple[str, ...]:
        for each in ignore:
            path.steps(each)
        return ignore

    @cached_property
    def reel(self) -> Reel:
        """The tapes. Raises TapeError if they changed for the worse since this was validated."""
        return Reel(load(self.folder), Matching(self.match, self.ignore))


def _short(given: Any) -> Any:
    return {"folder": given} if isinstance(given, str) else given


AnyTapes = Annotated[Tapes, BeforeValidator(_short)]
