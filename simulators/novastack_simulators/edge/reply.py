"""What the edge hands to a handler: a parsed request, and a Reply to play the answer on."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Protocol

import msgspec

Headers = tuple[tuple[bytes, bytes], ...]


class Request(msgspec.Struct, kw_only=True, dict=True):
    """A request whose body is complete; `oversize` means that it passed the limit and was not kept."""

    method: str
    path: str
    headers: Headers
    body: bytes = b""
    oversize: bool = False

    @cached_property
    def fields(self) -> Mapping[str, str]:
        """The headers by lower-case name; repeated ones are joined by a comma (RFC 9110, 5.3)."""
        found: dict[str, str] = {}
        for name, value in self.headers:
            key, text = name.decode("latin-1").lower(), value.decode("latin-1")
            found[key] = f"{found[key]}, {text}" if key in found else text
        return found


class Reply(Protocol):
    """How an answer is sent. A head with content-length is sent as it is, any other as chunks (or to the end).

    With transfer-encoding in the head the chunks are the writer's own business: what is written goes out as it stands.
    """

    @property
    def closed(self) -> bool:
        """True once the client has left or the answer has ended."""
        ...

    @property
    def paused(self) -> bool:
        """True while the client reads too slowly: write nothing."""
        ...

    def watch(self, on_close: Callable[[], None], on_resume: Callable[[], None]) -> None:
        """Calls `on_close` if the client leaves before the end, `on_resume` when it reads again."""
        ...

    def start(self, status: int, headers: Headers) -> None: ...

    def write(self, data: bytes) -> None: ...

    def end(self) -> None: ...

    def fin(self) -> None:
        """Closes the connection without the body's own end (its last chunk, or what content-length promised)."""
        ...

    def abort(self) -> None:
        """Resets the connection (TCP RST) once what was written has gone out."""
        ...


Handler = Callable[[Request, Reply], None]
