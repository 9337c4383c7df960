"""A string of each format that JSON Schema names, at least so long where the format can be (2020-12, validation, 7.3)."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import Final
from uuid import UUID

from novastack_simulators.generation.words import pick

Format = Callable[[Random, int], str]
EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
LABEL: Final = 50


def _moment(rng: Random) -> datetime:
    return EPOCH + timedelta(seconds=rng.randrange(365 * 86_400))


def _letters(rng: Random, length: int) -> str:
    return "".join(rng.choice(LETTERS) for _ in range(length))


def _labels(rng: Random, length: int) -> str:
    """Host name labels of at most 50 letters each (RFC 1034, 3.1 allows 63), so many characters in all."""
    parts = [_letters(rng, min(LABEL, length - start)) for start in range(0, length, LABEL + 1)]
    return ".".join(part for part in parts if part)


def _host(rng: Random, low: int) -> str:
    """RFC 1123, 2.1."""
    return f"{_labels(rng, max(4, low - 4))}.org"


def _email(rng: Random, low: int) -> str:
    """RFC 5321, 4.1.2: the local part has at most 64 characters, so the host name takes the rest."""
    text = pick(rng, "email")
    return text if len(text) >= low else f"{text.partition('@')[0]}@{_host(rng, low)}"


def _uri(rng: Random, low: int) -> str:
    text = pick(rng, "url")
    return text + _letters(rng, low - len(text))


def _pointer(rng: Random, low: int) -> str:
    """RFC 6901."""
    return f"/{pick(rng, 'word')}/{rng.randrange(9)}/{_letters(rng, low)}".rstrip("/")


FORMATS: Final[Mapping[str, Format]] = MappingProxyType({
    # RFC 3339, 5.6: a date-time and a time have an offset.
    "date-time": lambda rng, _low: _moment(rng).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "date": lambda rng, _low: _moment(rng).strftime("%Y-%m-%d"),
    "time": lambda rng, _low: _moment(rng).strftime("%H:%M:%SZ"),
    "duration": lambda rng, _low: f"P{rng.randint(1, 9)}DT{rng.randint(1, 23)}H",
    "email": _email,
    "idn-email": _email,
    "hostname": _host,
    "idn-hostname": _host,
    "ipv4": lambda rng, _low: ".".join(str(rng.randint(1, 254)) for _ in range(4)),
    # RFC 3849: the prefix for documentation.
    "ipv6": lambda rng, _low: "2001:db8:" + ":".join(f"{rng.randint(4096, 65535):x}" for _ in range(6)),
    "uri": _uri,
    "uri-reference": _uri,
    "iri": _uri,
    "iri-reference": _uri,
    "uri-template": lambda rng, low: f"{_uri(rng, low)}{{id}}",
    "uuid": lambda rng, _low: str(UUID(int=rng.getrandbits(128), version=4)),
    "json-pointer": _pointer,
    "relative-json-pointer": lambda rng, low: f"{rng.randrange(3)}{_pointer(rng, low)}",
    "regex": lambda rng, low: f"^{pick(rng, 'word')}{_letters(rng, low)}$",
})  # fmt: skip
