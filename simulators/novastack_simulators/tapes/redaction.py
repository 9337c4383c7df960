"""What of an exchange may be written down. Headers and query parameters by allow-list; in bodies, keys are masked. Pure.

A mask is as long as what it hides, so that lengths, offsets and chunks stay true; in a query, which has none of these, it is not.
"""

import json
import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from urllib.parse import quote, quote_plus, unquote_plus

from novastack_simulators.journal import MASK

Header = tuple[bytes, bytes]


class Allowed(NamedTuple):
    """Names of headers in lower case, and how the names of whole families begin."""

    names: frozenset[str]
    families: tuple[str, ...] = ()

    def holds(self, name: str) -> bool:
        known = name in self.names or name.startswith(self.families)
        return known and not SECRET.search(name) and not WHOSE.search(name)


# What carries a credential, by its name; and what says whose account it is.
SECRET: Final = re.compile(r"auth|key|token(?!s)|secret|passw|credential|cookie|signature", re.IGNORECASE)
WHOSE: Final = re.compile(r"organization|project|account|workspace", re.IGNORECASE)
SHORTEST: Final = 8
MEMBER: Final = 12
"""What is shorter, in a header or query and in a body, is no secret that could be told from an ordinary word."""

REQUEST: Final = Allowed(
    frozenset({
        "accept", "anthropic-beta", "anthropic-version", "content-encoding", "content-type", "openai-beta", "user-agent",
        "x-client-request-id", "x-request-id",
    }),
    ("x-stainless-",),
)  # fmt: skip
RESPONSE: Final = Allowed(
    frozenset({
        "cache-control", "content-encoding", "content-length", "content-type", "request-id", "retry-after",
        "retry-after-ms", "transfer-encoding", "x-request-id", "x-client-request-id", "x-should-retry", "x-ds-trace-id",
    }),
    ("anthropic-", "openai-", "ratelimit", "x-ratelimit-"),
)  # fmt: skip
PARAMETERS: Final = frozenset({
    "after", "after_id", "api-version", "before", "before_id", "beta", "include", "limit", "order", "stream",
})  # fmt: skip

# What looks like a key in a text: the providers' own spelling, and an Authorization header's (RFC 6750, 2.1).
KEY: Final = re.compile(rb"\b(sk-|bearer\s+)([^\x00-\x20\x7f-\xff\"'\\,;]{4,})", re.IGNORECASE)
# A field of a JSON body that holds one, as the `authorization` of an MCP server among the tools.
FIELD: Final = re.compile(
    rb'("[\w-]{0,40}(?:api[-_]?key|authorization|(?:authorization|access|auth)[-_]token|password|secret|credentials?)"'
    rb'\s*:\s*")((?:[^"\\]|\\.)+)"',
    re.IGNORECASE,
)


class Redaction(NamedTuple):
    """Hides the credentials that came with one request wherever else they stand, and whatever looks like a key."""

    secrets: tuple[bytes, ...] = ()

    def masked(self, data: bytes) -> bytes:
        """As many bytes as before."""
        for secret in self.secrets:
            data = data.replace(secret, b"*" * len(secret))
        return KEY.sub(lambda found: found[1] + b"*" * len(found[2]), data)

    def request(self, body: bytes) -> bytes:
        """A request's body, without what its own fields call a credential."""
        return FIELD.sub(lambda found: found[1] + b"*" * len(found[2]) + b'"', self.masked(body))

    def text(self, text: str) -> str:
        return self.masked(text.encode("latin-1", "replace")).decode("latin-1")

    def fields(self, headers: Iterable[Header], allowed: Allowed) -> dict[str, str]:
        """The allowed ones by lower-case name; repeated ones are joined by a comma (RFC 9110, 5.3)."""
        found: dict[str, str] = {}
        for name, value in _texts(headers):
            if allowed.holds(name):
                found[name] = f"{found[name]}, {self.text(value)}" if name in found else self.text(value)
        return found

    def query(self, query: str) -> str:
        """The allowed parameters as they came, of the others the names."""
        return "&".join(self._parameter(part) for part in query.split("&")) if query else ""

    def _parameter(self, part: str) -> str:
        name, equals, _ = part.partition("=")
        if name in PARAMETERS:
            return self.text(part)
        return f"{self.text(name)}={MASK}" if equals else MASK


def redaction(headers: Iterable[Header], query: str, body: bytes) -> Redaction:
    """What is secret in a request, by the names under which it stands."""
    told = [secret for secret in (*_credentials(headers), *_parameters(query)) if len(secret) >= SHORTEST]
    told += [secret for secret in _members(body) if len(secret) >= MEMBER]
    found = {form for secret in told for form in _forms(secret)}
    # The longest first: a secret may begin with another.
    return Redaction(tuple(sorted(found, key=lambda form: (-len(form), form))))


def _texts(headers: Iterable[Header]) -> Iterator[tuple[str, str]]:
    return ((name.decode("latin-1").lower(), value.decode("latin-1").strip()) for name, value in headers)


def _credentials(headers: Iterable[Header]) -> Iterator[str]:
    for name, value in _texts(headers):
        if not SECRET.search(name):
            continue
        scheme, space, token = value.partition(" ")
        yield value
        yield token.strip()
        if space and scheme.lower() == "basic":
            yield from _pair(token.strip())
        if "cookie" in name:
            yield from (part.partition("=")[2].strip() for part in value.split(";"))


def _pair(token: str) -> tuple[str, ...]:
    """User and password (RFC 7617, 2)."""
    try:
        return tuple(b64decode(token).decode("latin-1").partition(":")[::2])
    except Error:
        return ()


def _parameters(query: str) -> Iterator[str]:
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if SECRET.search(name):
            yield value
            yield unquote_plus(value, "latin-1")


def _members(body: bytes) -> Iterator[str]:
    for found in FIELD.finditer(body):
        value = found[2].decode("latin-1")
        yield value
        yield re.sub(r"\\(.)", r"\1", value)


def _forms(secret: str) -> set[bytes]:
    """A secret as it came, and as it stands in a URL or in JSON."""
    forms = {secret, quote(secret, safe="", encoding="latin-1"), quote_plus(secret, encoding="latin-1")}
    return {form.encode("latin-1") for form in (*forms, json.dumps(secret)[1:-1], quote(secret, encoding="latin-1"))}
