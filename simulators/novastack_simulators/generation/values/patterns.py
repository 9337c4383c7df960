"""Strings that a regular expression matches. The dialect is ECMA-262's, as JSON Schema asks (2020-12, core, 6.4).

A pattern is parsed into drawers, functions from a draw to text. Anchors and look-arounds draw nothing: whether they
hold, the judge says, and another attempt may be luckier. Length and work are bounded.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random
from types import MappingProxyType
from typing import Final

from novastack_simulators.generation.values.error import Unfit

LONGEST: Final = 4000
DIGITS: Final = "0123456789"
LOWER: Final = "abcdefghijklmnopqrstuvwxyz"
UPPER: Final = LOWER.upper()
PRINTABLE: Final = "".join(chr(code) for code in range(32, 127))
WIDE: Final = PRINTABLE + "éàñüßçøżčΩλжñ中文字漢あア한글"
CLASSES: Final[Mapping[str, str]] = MappingProxyType({"d": DIGITS, "w": LOWER + UPPER + DIGITS + "_", "s": " "})
CONTROLS: Final[Mapping[str, str]] = MappingProxyType(
    {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0", "b": "\b"}
)
# Unicode properties, as far as a few letters of each go (ECMA-262, 22.2.1, UnicodePropertyValueExpression).
PROPERTIES: Final[Mapping[str, str]] = MappingProxyType({
    "Lu": UPPER, "Uppercase": UPPER, "Ll": LOWER, "Lowercase": LOWER, "N": DIGITS, "Nd": DIGITS, "P": "!?.,;:", "Z": " ",
    "Zs": " ", "S": "+=<>$", "Sc": "$€", "Script=Han": "中文字漢", "Script=Cyrillic": "жшяд", "Script=Greek": "αβγδ",
})  # fmt: skip


@dataclass
class Draw:
    """One drawing: its randomness, how many more than the least an open repetition may take, and its groups."""

    rng: Random
    more: int
    left: int = LONGEST
    groups: dict[str, str] = field(default_factory=dict)

    def spend(self, text: str) -> str:
        self.left -= len(text) + 1
        if self.left < 0:
            raise Unfit("$.pattern", f"the pattern asks for more than {LONGEST} characters")
        return text


Drawer = Callable[[Draw], str]


def sample(pattern: str, rng: Random, *, more: int = 8) -> str:
    """A string that the pattern likely matches. Raises Unfit for a pattern that is not understood or too long."""
    return _parsed(pattern)(Draw(rng, more))


@lru_cache(maxsize=512)
def _parsed(pattern: str) -> Drawer:
    try:
        parser = Parser(pattern)
        drawer = parser.alternatives()
    except (IndexError, ValueError, RecursionError):
        raise Unfit("$.pattern", f"the pattern {pattern!r} is not understood") from None
    if parser.at < len(pattern):
        raise Unfit("$.pattern", f"the pattern {pattern!r} is not understood")
    return drawer


class Parser:
    """Recursive descent over one pattern."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.count = 0

    def peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def take(self, text: str) -> bool:
        found = self.pattern.startswith(text, self.at)
        self.at += len(text) if found else 0
        return found

    def next(self) -> str:
        self.at += 1
        return self.pattern[self.at - 1]

    def until(self, end: str) -> str:
        start, self.at = self.at, self.pattern.index(end, self.at) + len(end)
        return self.pattern[start : self.at - len(end)]

    def alternatives(self) -> Drawer:
        branches = [self.sequence()]
        while self.take("|"):
            branches.append(self.sequence())
        return branches[0] if len(branches) == 1 else lambda draw: draw.rng.choice(branches)(draw)

    def sequence(self) -> Drawer:
        parts: list[Drawer] = []
        while self.peek() not in ("", "|", ")"):
            parts.append(self.repeated(self.atom()))
        return lambda draw: "".join(part(draw) for part in parts)

    def repeated(self, atom: Drawer) -> Drawer:
        bounds = self.quantifier()
        if bounds is None:
            return atom
        least, most = bounds

        def drawn(draw: Draw) -> str:
            reach = least + draw.more if most is None else min(most, least + draw.more)
            times = draw.rng.randint(least, max(least, reach))
            return "".join(draw.spend(atom(draw)) for _ in range(times))

        return drawn

    def quantifier(self) -> tuple[int, int | None] | None:
        bounds: tuple[int, int | None] | None = None
        for mark, meant in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if bounds is None and self.take(mark):
                bounds = meant
        # A brace that is no quantifier is a brace (ECMA-262, annex B.1.2).
        if bounds is None and self.peek() == "{" and self.pattern[self.at + 1 : self.at + 2].isdigit():
            self.at += 1
            low, comma, high = self.until("}").partition(",")
            bounds = (int(low), int(high) if high else None if comma else int(low))
        if bounds is not None:
            self.take("?")
        return bounds

    def atom(self) -> Drawer:
        letter = self.next()
        if letter in "^$":
            return _nothing
        if letter == ".":
            return _one_of([LOWER, LOWER, UPPER, DIGITS, PRINTABLE])
        if letter == "(":
            return self.group()
        if letter == "[":
            return _one_of(self.bracket())
        return self.escape() if letter == "\\" else lambda _draw: letter

    def group(self) -> Drawer:
        name, silent = "", False
        if self.take("?"):
            silent = self.pattern[self.at] in "=!" or self.pattern[self.at : self.at + 2] in ("<=", "<!")
            name = self.opening()
        else:
            self.count += 1
            name = str(self.count)
        inner = self.alternatives()
        if not self.take(")"):
            raise ValueError(self.pattern)
        return _nothing if silent else _kept(inner, name)

    def opening(self) -> str:
        """What stands between `(?` and the content; the name of a named group."""
        if self.take("<") and self.peek() not in "=!":
            self.count += 1
            return self.until(">")
        if self.take("P<"):
            self.count += 1
            return self.until(">")
        # A look-around has one letter more, flags end in a colon.
        if self.peek() in "=!:":
            self.at += 1
            return ""
        self.until(":")
        return ""

    def escape(self) -> Drawer:
        letter = self.next()
        if letter in "bB":
            return _nothing
        if letter == "k":
            self.take("<")
            name = self.until(">")
            return lambda draw: draw.groups.get(name, "")
        if letter.isdigit() and letter != "0":
            return lambda draw: draw.groups.get(letter, "")
        return _one_of([self.named(letter)])

    def named(self, letter: str) -> str:
        """The characters that an escape stands for."""
        if letter.lower() in CLASSES:
            chars = CLASSES[letter.lower()]
            return chars if letter.islower() else "".join(char for char in PRINTABLE if char not in chars)
        if letter in "pP":
            self.take("{")
            chars = PROPERTIES.get(self.until("}").removeprefix("General_Category="), LOWER + UPPER)
            return chars if letter == "p" else "".join(char for char in PRINTABLE if char not in chars)
        if letter == "c":
            return chr(ord(self.next()) % 32)
        return self.code(letter) or CONTROLS.get(letter, letter)

    def code(self, letter: str) -> str:
        """The character of \\xHH, \\uHHHH or \\u{H…}."""
        if letter == "u" and self.take("{"):
            return chr(int(self.until("}"), 16))
        length = {"x": 2, "u": 4}.get(letter, 0)
        digits, self.at = self.pattern[self.at : self.at + length], self.at + length
        return chr(int(digits, 16)) if length else ""

    def bracket(self) -> list[str]:
        """The members of a class, each range as one, so that rare members are drawn often enough."""
        negated = self.take("^")
        members: list[str] = []
        while not self.take("]"):
            chars = self.member()
            if len(chars) == 1 and self.peek() == "-" and self.pattern[self.at + 1] != "]":
                self.at += 1
                last = self.member()
                chars = _range(chars, last)
            members.append(chars)
        if not negated:
            return members
        excluded = set("".join(members))
        return ["".join(char for char in PRINTABLE if char not in excluded) or _outside(excluded)]

    def member(self) -> str:
        letter = self.next()
        return self.named(self.next()) if letter == "\\" else letter


def _range(first: str, last: str) -> str:
    """The characters from first to last; of a long range its beginning and what can be printed of it."""
    codes = range(ord(first), ord(last[0]) + 1)
    if len(codes) <= 128:
        return "".join(map(chr, codes))
    near = "".join(char for char in WIDE if ord(char) in codes)
    return near or "".join(map(chr, codes[:64]))


def _outside(excluded: set[str]) -> str:
    return next((char for char in WIDE + "\n\t" if char not in excluded), "\u2603")


def _one_of(members: list[str]) -> Drawer:
    def drawn(draw: Draw) -> str:
        if not any(members):
            raise Unfit("$.pattern", "a class of characters is empty")
        return draw.spend(draw.rng.choice(draw.rng.choice([chars for chars in members if chars])))

    return drawn


def _nothing(_draw: Draw) -> str:
    return ""


def _kept(inner: Drawer, name: str) -> Drawer:
    def drawn(draw: Draw) -> str:
        text = inner(draw)
        if name:
            draw.groups[name] = text
        return text

    return drawn
