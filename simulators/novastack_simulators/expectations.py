"""What a request says it expects to be when it arrives here, so that a routing mistake cannot pass for success. Pure.

In headers (`x-sim-expect-path: /chat/completions`) or, for gateways that drop them, in the prompt
(`[[sim expect-path=/chat/completions]]`). What cannot be read is refused like what is not met. docs/expectations.md has
the language; a new subject is one row in SUBJECTS.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import msgspec

from novastack_simulators.journal import fingerprint, is_credential, shown
from novastack_simulators.matching import PREDICATES, path
from novastack_simulators.matching.pattern import readable
from novastack_simulators.refusal import Refusal

PREFIX: Final = "x-sim-expect-"
SPOKEN: Final = "expect-"
PARAM: Final = "x-sim-expect"
CODE: Final = "expectation_failed"

NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2: token
QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
PIECE: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\\.|[^\\",\[\]{}]+|.', re.DOTALL)
PLACE: Final = re.compile(
    r'(?P<absent>!?)\s*(?P<path>(?:"(?:[^"\\]|\\.)*"|[^"\s=~])+)\s*(?:(?P<how>[=~])\s*(?P<what>.*))?'
)
FINGERPRINT: Final = re.compile(r"sha256:[0-9a-f]{12}")
BEGIN: Final = re.compile(r"\[\[sim\s+(?=expect-)")
# A bracket of a path may stand before the two that end the directive.
WORD: Final = re.compile(r'(?P<name>[a-z-]+)=(?P<value>"(?:[^"\\]|\\.)*"|(?:(?!\]\](?!\]))[^\s"])+)\s*')


class Arrived(NamedTuple):
    """What arrived, and where; the names of `fields` (headers) are in lower case. `json` reads the body, or raises."""

    path: str
    fields: Mapping[str, str]
    json: Callable[[], Any]
    upstream: str


class Option(NamedTuple):
    """One way of being as expected: `present`, or a predicate and what it wants."""

    word: str
    wanted: Any = None

    def holds(self, got: Any) -> bool:
        return self.word == "present" or PREDICATES[self.word](self.wanted, got)

    def __str__(self) -> str:
        words = {"present": "any value", "equals": shown(self.wanted)}
        return words.get(self.word) or f"what matches {shown(self.wanted)}"


class Expectation(NamedTuple):
    """Of what a subject reads one of the options must hold, or none of them."""

    subject: str
    name: str
    options: tuple[Option, ...]
    absent: bool = False

    def unmet(self, arrived: Arrived) -> str | None:
        """What was wanted and what was got; None if it is met."""
        values = SUBJECTS[self.subject].values(arrived, self.name)
        if any(option.holds(value) for value in values for option in self.options) != self.absent:
            return None
        part = f"{self.subject} {self.name}".rstrip()
        return f"{part}: wanted {self.wanted}, got {', '.join(map(shown, values)) or 'nothing'}"

    @property
    def wanted(self) -> str:
        if self.absent and self.options[0].word == "present":
            return "nothing"
        return f"{'anything but ' if self.absent else ''}{' or '.join(map(str, self.options))}"


Expectations = tuple[Expectation, ...]


def read(fields: Mapping[str, str]) -> Expectations:
    """What the headers expect, mostly nothing. Raises Refusal."""
    # One search through all names: a request without expectations must not pay for them.
    if PREFIX not in "\n".join(fields):
        return ()
    return _read((name, text) for name, text in fields.items() if name.startswith(PREFIX))


def spoken(text: str) -> Expectations:
    """What the directives in a prompt's text expect. Raises Refusal."""
    return _read(word for begin in BEGIN.finditer(text) for word in _directed(text, begin.end()))


def unmet(expected: Expectations, arrived: Arrived) -> str | None:
    """What of it is not so, each with what was wanted and what was got; None if all is as expected."""
    found = (expectation.unmet(arrived) for expectation in expected)
    return "; ".join(sentence for sentence in found if sentence) or None


def check(expected: Expectations, arrived: Arrived) -> None:
    """Raises Refusal if something is not as expected."""
    sentence = unmet(expected, arrived)
    if sentence is not None:
        raise refused(sentence)


def refused(sentence: str, what: str = "An expectation of the request was not met") -> Refusal:
    """As a bad request, which gateways neither send again nor turn into something else; `expectation` is for the journal."""
    return Refusal("invalid", param=PARAM, message=f"{what}: {sentence}", code=CODE, expectation=sentence)


def unreadable(sentence: str) -> Refusal:
    """The same of an expectation that nobody can meet, as nobody can read it."""
    return refused(sentence, "An expectation of the request cannot be read")


def words(text: str, start: int = 0) -> tuple[tuple[tuple[str, str], ...], int]:
    """The words `name=value` or `name="value"` from a place on, and where they end."""
    found: list[tuple[str, str]] = []
    while word := WORD.match(text, start):
        found.append((word["name"], _plain(word["value"])))
        start = word.end()
    return tuple(found), start


def _directed(text: str, start: int) -> Iterator[tuple[str, str]]:
    found, end = words(text, start)
    if not text.startswith("]]", end):
        raise unreadable(f"{shown(text[start : end + 20])}: expected words like expect-path=/chat/completions, then ]]")
    return iter(found)


def _read(given: Iterable[tuple[str, str]]) -> Expectations:
    return tuple(expectation for name, text in given for expectation in _one(name, text))


def _one(name: str, text: str) -> Expectations:
    subject = name.removeprefix(PREFIX).removeprefix(SPOKEN)
    if subject not in SUBJECTS:
        raise unreadable(f"{name}: no expectation has that name: expected one of {', '.join(SUBJECTS)}")
    try:
        return SUBJECTS[subject].read(subject, _split(text))
    except ValueError as error:
        raise unreadable(f"{name}: {error}") from None


def _split(text: str) -> list[str]:
    """The elements of a list: a comma divides, but for one in quotes, in brackets or behind a backslash."""
    items, depth = [""], 0
    for piece in PIECE.findall(text):
        depth += (piece in ("[", "{")) - (piece in ("]", "}"))
        if depth < 0 or piece == '"':
            break
        if piece == "," and not depth:
            items.append("")
        else:
            items[-1] += piece
    else:
        # RFC 9110, 5.6.1.2: empty elements are ignored.
        found = [item.strip() for item in items if item.strip()]
        if not depth and found:
            return found
        if not depth:
            raise ValueError("nothing is expected")
    raise ValueError(f"{shown(text)} has a bracket or a quote without its other half; what is in quotes may have any")


def _plain(text: str) -> str:
    """Without its quotes; in them a backslash stands for itself unless a quote or a backslash follows."""
    if not text.startswith('"'):
        return text
    if not QUOTED.fullmatch(text):
        raise ValueError(f"{shown(text)} has something behind the closing quote")
    return re.sub(r'\\(["\\])', r"\1", text[1:-1])


def _option(text: str) -> Option:
    """`value`, `"value"`, `~pattern` or `~"pattern"`."""
    if text.startswith("~"):
        return Option("matches", readable(_plain(text[1:].strip())))
    return Option("equals", _plain(text))


def _either(subject: str, items: list[str]) -> Expectations:
    """There is one value, and it is one of those listed."""
    return (Expectation(subject, "", tuple(map(_option, items))),)


def _headers(subject: str, items: list[str]) -> Expectations:
    """`name`, `name: value` or `name: ~pattern`, each of which must be so, or must not."""
    return tuple(_header(subject, *item.partition(":")) for item in items)


def _header(subject: str, name: str, colon: str, text: str) -> Expectation:
    name = name.strip().lower()
    if not NAME.fullmatch(name):
        raise ValueError(f"{shown(name)} is not the name of a header")
    option = _option(text.strip()) if colon else Option("present")
    if is_credential(name):
        _fingerprinted(name, option)
    return Expectation(subject, name, (option,), absent=subject == "absent")


def _fingerprinted(name: str, option: Option) -> None:
    if option.word != "present" and not (option.word == "equals" and FINGERPRINT.fullmatch(str(option.wanted))):
        raise ValueError(f"{name} carries a credential, which is named by its fingerprint: {name}: sha256:<12 digits>")


def _bodies(subject: str, items: list[str]) -> Expectations:
    """`path`, `!path`, `path = value` or `path ~ pattern`, each of which must be so."""
    return tuple(_body(subject, item) for item in items)


def _body(subject: str, item: str) -> Expectation:
    place = PLACE.fullmatch(item)
    if place is None or (place["absent"] and place["how"]):
        raise ValueError(f"{shown(item)} is none of path, !path, path = value, path ~ pattern")
    name = place["path"]
    steps = path.steps(name)
    option = _compared(place["how"], place["what"])
    if any(is_credential(str(step)) for step in steps):
        _fingerprinted(name, option)
    return Expectation(subject, name, (option,), absent=bool(place["absent"]))


def _compared(how: str | None, text: str) -> Option:
    if how is None:
        return Option("present")
    return Option("equals", _json(text)) if how == "=" else Option("matches", readable(_plain(text)))


def _json(text: str) -> Any:
    """A value as JSON; what is none is a text without quotes."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        if text[:1] in ("", '"', "[", "{"):
            raise ValueError(f"{shown(text)} is not JSON") from None
        return text


def _field(arrived: Arrived, name: str) -> tuple[Any, ...]:
    """A header's value; a credential is its fingerprint, without the word that RFC 9110, 11.4 puts before it."""
    if name not in arrived.fields:
        return ()
    value = arrived.fields[name]
    if not is_credential(name):
        return (value,)
    scheme, _, rest = value.partition(" ")
    return (fingerprint(rest.strip() if scheme.lower() == "bearer" else value),)


def _value(arrived: Arrived, name: str) -> tuple[Any, ...]:
    """A value of the body; where that is not JSON, there is none."""
    try:
        values = path.values(arrived.json(), name)
    except (ValueError, RecursionError):
        return ()
    secret = any(is_credential(str(step)) for step in path.steps(name))
    return tuple(fingerprint(str(value)) if secret else value for value in values)


class Subject(NamedTuple):
    """How expectations about it are read, and which values there are."""

    read: Callable[[str, list[str]], Expectations]
    values: Callable[[Arrived, str], tuple[Any, ...]]


SUBJECTS: Final[Mapping[str, Subject]] = MappingProxyType({
    "path": Subject(_either, lambda arrived, _: (arrived.path,)),
    "header": Subject(_headers, _field),
    "absent": Subject(_headers, _field),
    "body": Subject(_bodies, _value),
    "upstream": Subject(_either, lambda arrived, _: (arrived.upstream,)),
})  # fmt: skip
