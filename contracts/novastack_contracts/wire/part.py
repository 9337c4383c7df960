"""The ground rule of every wire model: strict types, unknown keys welcome, no coercion of any kind."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=0)]


class Part(BaseModel):
    """An object on the wire. Extra keys pass: vendors add them, and clients must live with that."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")
