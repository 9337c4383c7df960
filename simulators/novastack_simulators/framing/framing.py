"""The settings of a framing: each by itself, all of them legal, none of them changes what the events say."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from novastack_simulators.profile import Strict

Counted = Literal["bytes", "events", "random"]
MOST: Final = 1_000_000
LONGEST: Final = 60_000
LINE_ENDS: Final[Mapping[str, bytes]] = MappingProxyType({"lf": b"\n", "crlf": b"\r\n", "cr": b"\r"})


def readable_write(given: Any) -> Any:
    """Says in one sentence what a `write` may be."""
    if given in ("event", "inside_utf8") or (isinstance(given, dict) and len(given) == 1 and _counted(given)):
        return given
    raise ValueError(
        'expected "event", "inside_utf8", {"bytes": n}, {"events": k} or {"random": n} '
        f"with a whole number from 1 to {MOST}, got {given!r}"
    )


def _counted(given: dict[Any, Any]) -> bool:
    name, number = next(iter(given.items()))
    whole = isinstance(number, int) and not isinstance(number, bool)
    return name in ("bytes", "events", "random") and whole and 1 <= number <= MOST


def readable_gzip(given: Any) -> Any:
    """Says in one sentence what a `gzip` may be."""
    if given is True or given is False or given == "always":
        return given
    raise ValueError(f'expected true, false or "always", got {given!r}')


Write = Annotated[Literal["event", "inside_utf8"] | dict[Counted, int], BeforeValidator(readable_write)]
Gzip = Annotated[bool | Literal["always"], BeforeValidator(readable_gzip)]


class Comments(Strict):
    """A comment before every k-th event; with one newline it stands in the event's own block, with two before it."""

    # WHATWG HTML, 9.2.5: a comment is a colon and any characters but LF and CR.
    text: str = Field(default="ping", max_length=10_000, pattern=r"^[^\r\n]*$")
    every: int = Field(default=1, ge=1)
    newlines: Literal[1, 2] = 2


class Framing(Strict):
    """How events are dressed (lines, fields, comments, coding) and cut into writes. The default changes nothing.

    `write` says what goes out together; `pause` is in real milliseconds, between the writes of one event.
    """

    write: Write = "event"
    pause: float = Field(default=0.0, ge=0, le=LONGEST)
    line_end: Literal["lf", "crlf", "cr"] = "lf"
    space: bool = True
    data_lines: int = Field(default=1, ge=1, le=10_000)
    comments: Comments | None = None
    blank_lines: int = Field(default=0, ge=0, le=10_000)
    bom: bool = False
    id: bool = False
    retry: int | None = Field(default=None, ge=0)
    gzip: Gzip = False

    @model_validator(mode="after")
    def _sense(self) -> Self:
        if self.pause and self.cut[0] in ("event", "events"):
            raise ValueError(
                "pause is between the writes of one event, and here an event is one write: "
                'let write be {"bytes": n}, {"random": n} or "inside_utf8"'
            )
        if self.gzip and self.write == "inside_utf8":
            raise ValueError('gzip leaves no characters on the wire to cut: let write be {"random": n} or gzip false')
        return self

    @property
    def default(self) -> bool:
        """Whether it changes nothing."""
        return self is DEFAULT or self == DEFAULT

    @property
    def dressed(self) -> bool:
        """Whether any line is written otherwise than the dialects write it."""
        return self.model_copy(update={"write": "event", "pause": 0.0, "gzip": False}) != DEFAULT

    @property
    def cut(self) -> tuple[str, int]:
        """The word of `write`, and its number."""
        return (self.write, 0) if isinstance(self.write, str) else next(iter(self.write.items()))

    @property
    def end(self) -> bytes:
        """What ends a line."""
        return LINE_ENDS[self.line_end]


DEFAULT: Final = Framing()
