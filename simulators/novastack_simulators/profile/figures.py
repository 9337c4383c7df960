"""Numbers that say where they come from and how sure they are."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Sure = Literal["measured", "documented", "reported", "assumed"]


class Strict(BaseModel):
    """Frozen; an unknown key is an error, and so is a number without an end."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Figure(Strict):
    """A number with its source."""

    value: float = Field(ge=0)
    source: str = Field(min_length=1)
    sure: Sure


class Span(Strict):
    """A whole number drawn evenly from `least` to `most`."""

    least: int = Field(ge=1)
    most: int = Field(ge=1)
    source: str = Field(min_length=1)
    sure: Sure
