"""A text that a simple pattern may match: letters as they stand, one of a class, nothing where nothing is enough.

It is a guess, to be held against the pattern: what the guess does not understand (groups within groups, bounds,
look-alikes) it gets wrong.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

CLASSES: Final[Mapping[str, str]] = MappingProxyType(
    {"d": "1", "w": "a", "s": " ", "D": "a", "W": " ", "S": "a", "b": "", "B": "", "A": "", "z": ""}
)
PIECE: Final = re.compile(
    r"(?P<silent>\(\?[a-z:]*\)?|[()^$])"
    r"|(?P<escaped>\\.)"
    r"|\[(?P<set>(?:\\.|[^\]\\])+)\]"
    r"|(?P<letter>.)",
    re.DOTALL,
)
OPTIONAL: Final = re.compile(r"[*?]\??")
REPEATED: Final = re.compile(r"\+\??")


def example(pattern: str) -> str:
    """A guess at a text in which the pattern is found."""
    text, position = [], 0
    first = pattern.split("|", maxsplit=1)[0]
    while position < len(first) and (piece := PIECE.match(first, position)):
        position = piece.end()
        none = OPTIONAL.match(first, position)
        many = none or REPEATED.match(first, position)
        position = many.end() if many else position
        text.append("" if none else _said(piece))
    return "".join(text)


def _said(piece: re.Match[str]) -> str:
    if piece["silent"]:
        return ""
    if piece["set"]:
        return "~" if piece["set"].startswith("^") else _escaped(piece["set"])
    if piece["escaped"]:
        return _escaped(piece["escaped"])
    return "a" if piece["letter"] == "." else piece["letter"]


def _escaped(text: str) -> str:
    """What the first letter stands for, which may have a backslash before it."""
    return CLASSES.get(text[1], text[1]) if text.startswith("\\") else text[0]
