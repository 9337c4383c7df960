"""The typed model of the wire: bytes in, misfits with their JSON paths out, in either profile.

One entry of SHAPES per object of the wire; the models are pydantic in strict mode because it reports every misfit with
its exact path, where a schema library stops at "not valid under any of the given schemas".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pydantic import BaseModel, ValidationError

from novastack_contracts.profile import BOTH, STRICT_ONLY, Profile
from novastack_contracts.wire import compat, strict

Path = tuple[str | int, ...]

SHAPES: Final[Mapping[str, Mapping[Profile, type[BaseModel]]]] = MappingProxyType(
    {
        "completion": {Profile.COMPAT: compat.Completion, Profile.STRICT: strict.Completion},
        "chunk": {Profile.COMPAT: compat.Chunk, Profile.STRICT: strict.Chunk},
        "model": {Profile.COMPAT: compat.ModelCard, Profile.STRICT: strict.ModelCard},
        "models": {Profile.COMPAT: compat.ModelList, Profile.STRICT: strict.ModelList},
        "error": {Profile.COMPAT: compat.ErrorReply, Profile.STRICT: strict.ErrorReply},
    }
)


@dataclass(frozen=True, slots=True)
class Misfit:
    """One place where the bytes do not fit: the path from the root, and what would be right."""

    path: Path
    text: str

    @property
    def pointer(self) -> str:
        """The path as `$.choices[0].message.role`."""
        return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)


def misfits(shape: str, profile: Profile, data: bytes) -> tuple[Misfit, ...]:
    """Hold JSON bytes against a shape; an empty tuple says that they fit. Bytes that are no JSON misfit at the root."""
    try:
        SHAPES[shape][profile].model_validate_json(data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return tuple(_misfit(one["loc"], one["type"], one["msg"]) for one in found)
    return ()


def fit(shape: str, data: bytes) -> tuple[tuple[Misfit, frozenset[Profile]], ...]:
    """All misfits with the profiles that they count in. What strict accepts, compat accepts: a test holds them to it."""
    strict = misfits(shape, Profile.STRICT, data)
    if not strict:
        return ()
    loose = misfits(shape, Profile.COMPAT, data)
    places = {misfit.path for misfit in loose}
    narrow = (misfit for misfit in strict if misfit.path not in places)
    return (*((misfit, BOTH) for misfit in loose), *((misfit, STRICT_ONLY) for misfit in narrow))


def _misfit(loc: Path, kind: str, text: str) -> Misfit:
    # Union branches put their tag, written <tag>, into the location; a missing or wrong tag is a fault of `type`.
    path = tuple(step for step in loc if not (isinstance(step, str) and step.startswith("<")))
    if kind.startswith("union_tag"):
        return Misfit((*path, "type"), "Input should be 'function' or 'custom'")
    return Misfit(path, text)
