"""Framings by name: each is one legal way to send what every reader must read alike."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import BeforeValidator

from novastack_simulators.framing.framing import Comments, Framing

FRAMINGS: Final[Mapping[str, Framing]] = MappingProxyType({
    "one-byte": Framing(write={"bytes": 1}),
    "crlf": Framing(line_end="crlf"),
    "cr": Framing(line_end="cr"),
    "no-space": Framing(space=False),
    "comments": Framing(comments=Comments(text="OPENROUTER PROCESSING")),
    "multi-line": Framing(data_lines=3),
    "utf8-split": Framing(write="inside_utf8"),
    "coalesced": Framing(write={"events": 4}),
    "random": Framing(write={"random": 40}),
    "blank-lines": Framing(blank_lines=3),
    "bom": Framing(bom=True),
    "gzip": Framing(gzip=True),
    "everything-legal": Framing(
        write={"random": 7}, line_end="crlf", space=False, data_lines=3, comments=Comments(every=2, newlines=1),
        blank_lines=2, bom=True, id=True, retry=3000, gzip=True,
    ),
})  # fmt: skip


def _named(given: Any) -> Any:
    """A bare name is that of a preset."""
    if not isinstance(given, str):
        return given
    if given not in FRAMINGS:
        raise ValueError(f"unknown framing {given!r}: known are {', '.join(FRAMINGS)}; or give a mapping of settings")
    return FRAMINGS[given]


AnyFraming = Annotated[Framing, BeforeValidator(_named, json_schema_input_type=str | Framing)]
