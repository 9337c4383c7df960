"""The head of an answer in bytes. What all heads with the same status and names have in common is laid out once."""

from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

from novastack_simulators.edge.reply import Headers


class Layout(NamedTuple):
    """A head that waits for its values; `told` says that it tells itself where the body ends."""

    template: bytes
    names: frozenset[bytes]
    told: bool


def head(status: int, headers: Headers) -> tuple[bytes, Layout]:
    """The lines up to the last header, and how they are laid out."""
    if not headers:
        return status_line(status), layout(status, ())
    names, values = zip(*headers, strict=True)
    found = layout(status, names)
    return found.template % values, found


@lru_cache(maxsize=1024)
def layout(status: int, names: tuple[bytes, ...]) -> Layout:
    lines = [status_line(status), *(name.replace(b"%", b"%%") + b": %b" for name in names)]
    told = b"content-length" in names or b"transfer-encoding" in names
    return Layout(b"\r\n".join(lines), frozenset(names), told)


def status_line(status: int) -> bytes:
    """RFC 9112, 4; the phrase of a status that nobody registered is Unknown."""
    try:
        said = HTTPStatus(status).phrase
    except ValueError:
        said = "Unknown"
    return f"HTTP/1.1 {status} {said}".encode()
