"""The endpoint that is recorded: where to connect, and what is put before the path of each request. Pure."""

from typing import NamedTuple
from urllib.parse import urlsplit


class Base(NamedTuple):
    """`authority` is what stands in the Host header, `path` has no slash at its end."""

    url: str
    host: str
    port: int
    tls: bool
    authority: str
    path: str

    def target(self, asked: bytes) -> bytes:
        """The request target under the base path; also of one in absolute form (RFC 9112, 3.2.2)."""
        if not asked.startswith((b"/", b"*")):
            asked = b"/" + asked.partition(b"://")[2].partition(b"/")[2]
        return self.path.encode() + asked


def base(url: str) -> Base:
    """Reads a URL. Raises ValueError saying what is wrong with it."""
    expected = "expected http:// or https://, a host, and a path if the endpoint has one"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{url!r} is not a URL: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not url.isascii():
        raise ValueError(f"{url!r}: {expected}")
    if "@" in parts.netloc:
        raise ValueError("a URL with a user or password in it: credentials are the caller's, in each request")
    if parts.query or parts.fragment:
        raise ValueError(f"{url!r}: {expected}; a query is the caller's, in each request")
    tls = parts.scheme == "https"
    path = parts.path.rstrip("/")
    told = f"{parts.scheme}://{parts.netloc}{path}"
    return Base(told, parts.hostname, port or (443 if tls else 80), tls, parts.netloc, path)
