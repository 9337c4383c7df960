"""An entry as it is read: a JSON object, with credentials masked. Rendered when somebody asks, never before."""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import msgspec

from novastack_simulators.journal.entry import Entry, Headers
from novastack_simulators.journal.masking import MASK, is_credential, masked

# An expectation about a credential says its fingerprint; one that says it in clear is refused, and masked here.
EXPECTED: Final = re.compile(r"(?P<name>[\w-]+)(?P<between>\s*:\s*+)(?!sha256:[0-9a-f]{12}\b)[^,]+")
TURN: Final = 256 * 1024
BATCH: Final = 64
EXPECTS: Final = "x-sim-expect-"


def told(entry: Entry, names: Sequence[str] = ()) -> dict[str, Any]:
    """The fields of those names, of no names all."""
    return {name: TOLD[name](entry) for name in names or TOLD}


def line(entry: Entry, names: Sequence[str] = ()) -> bytes:
    """The same on one line, without its end."""
    return msgspec.json.encode(told(entry, names))


def batches(entries: Iterable[Entry], names: Sequence[str] = ()) -> Iterator[list[bytes]]:
    """Lines, so few at once that they take little time to make: bodies are long, all else is short. One at least."""
    batch: list[bytes] = []
    size = 0
    for entry in entries:
        batch.append(line(entry, names))
        size += len(batch[-1])
        if size >= TURN or len(batch) >= BATCH:
            yield batch
            batch, size = [], 0
    yield batch


def _headers(entry: Entry) -> dict[str, str]:
    return readable(entry.headers)


def readable(headers: Headers) -> dict[str, str]:
    """By name; what came more than once is joined by a comma (RFC 9110, 5.3), and credentials are masked."""
    found: dict[str, str] = {}
    for raw, value in headers:
        name = raw.decode("latin-1").lower()
        text = MASK if is_credential(name) else _text(name, value.decode("latin-1"))
        found[name] = f"{found[name]}, {text}" if name in found and text != MASK else text
    return found


def _text(name: str, text: str) -> str:
    return masked(EXPECTED.sub(_clear, text) if name.startswith(EXPECTS) else text)


def _clear(found: re.Match[str]) -> str:
    return f"{found['name']}{found['between']}{MASK}" if is_credential(found["name"]) else found[0]


def _body(entry: Entry) -> str:
    """As text; a character that was cut at the end is left out."""
    return masked(codecs.utf_8_decode(entry.body, "replace", not _truncated(entry))[0])


def _truncated(entry: Entry) -> bool:
    return entry.body_bytes is None or len(entry.body) < entry.body_bytes


def _tokens(entry: Entry) -> dict[str, int]:
    return msgspec.structs.asdict(entry.tokens)


def _nearest(entry: Entry) -> Any:
    return msgspec.to_builtins(entry.nearest)


def _same(name: str) -> Callable[[Entry], Any]:
    return lambda entry: getattr(entry, name)


_OWN: Final = {
    "headers": _headers, "body": _body, "truncated": _truncated, "tokens": _tokens, "nearest": _nearest,
}  # fmt: skip
_ORDER: Final = (
    "sequence", "upstream", "request_id", "canary", "scope", "key", "attempt", "method", "path", "model", "stream",
    "status", "fault", "stub", "nearest", "expectation", "arrived", "planned_first_byte", "planned_end", "first_byte",
    "last_byte", "lateness", "ended", "cancelled_at", "tokens", "headers", "body", "body_bytes", "truncated",
)  # fmt: skip
TOLD: Final[Mapping[str, Callable[[Entry], Any]]] = MappingProxyType(
    {name: _OWN.get(name) or _same(name) for name in _ORDER}
)
