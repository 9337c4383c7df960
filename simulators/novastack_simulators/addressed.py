"""Who asks an upstream for what: path, method, key and scope, read once for each head and kept.

A client on a kept connection sends the same head again and again; only heads that were accepted are kept.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple, Protocol

import msgspec

from novastack_simulators import expectations, scope
from novastack_simulators.dialects import Dialect
from novastack_simulators.dialects.dialect import Answer, Lookup
from novastack_simulators.expectations import Arrived, Expectations
from novastack_simulators.journal import fingerprint
from novastack_simulators.refusal import Refusal

CAPACITY: Final = 4_096
ATTEMPT: Final = "x-sim-attempt"


class Request(Protocol):
    """What an upstream reads of a request; the names of `fields` (headers) are in lower case."""

    @property
    def method(self) -> str: ...

    @property
    def path(self) -> str: ...

    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]: ...

    @property
    def fields(self) -> Mapping[str, str]: ...

    @property
    def body(self) -> bytes: ...

    @property
    def oversize(self) -> bool: ...


class Addressed(NamedTuple):
    """A head that was understood. `key` is a fingerprint; `fields` are the headers by lower-case name.

    `expects` is what the request says it expects to be, `attempt` how often it says that it came.
    """

    fields: Mapping[str, str]
    dialect: Dialect
    serves: Answer | Lookup
    argument: str
    key: str | None
    scope: str
    expects: Expectations = ()
    attempt: int | None = None


class Heads:
    """Reads heads for one dialect and its keys. `memory` is theirs alone: another dialect or key starts anew."""

    def __init__(self, dialect: Dialect, api_keys: tuple[str, ...]) -> None:
        self._dialect = dialect
        self._keys = frozenset(api_keys)
        self._memory: dict[tuple[str, str, tuple[tuple[bytes, bytes], ...]], Addressed] = {}

    def read(self, request: Request) -> Addressed:
        """Path, method, key and scope, checked in this order, before the body is read. Raises Refusal with its scope."""
        place = (request.method, request.path, request.headers)
        known = self._memory.get(place)
        if known is None:
            if len(self._memory) >= CAPACITY:
                self._memory.clear()
            try:
                known = self._memory[place] = self._read(request)
            except Refusal as refusal:
                refusal.details["scope"] = self._meant(request)
                raise
        return known

    def _meant(self, request: Request) -> str:
        """The scope of a request that is refused: whoever tests a refusal looks for it there."""
        named = self._named(request, self._dialect.at(request.path).key(request.fields) or "")
        return named if scope.NAME.fullmatch(named) else ""

    def _named(self, request: Request, key: str) -> str:
        own, _, named = key.partition(scope.MARK)
        return request.fields.get(scope.HEADER, named if own in self._keys else "")

    def _read(self, request: Request) -> Addressed:
        where = {"method": request.method, "path": request.path}
        dialect = self._dialect.at(request.path)
        found = dialect.resource(request.path)
        if found is None:
            raise Refusal("path", **where)
        resource, argument = found
        if request.method != resource.method and (request.method, resource.method) != ("HEAD", "GET"):
            raise Refusal("method", **where, allowed=resource.method)
        key = dialect.key(request.fields)
        if not resource.open:
            self._authenticate(key)
        name = scope.readable(self._named(request, key or ""))
        expects, attempt = expectations.read(request.fields), _attempt(request.fields.get(ATTEMPT))
        known = key and fingerprint(key)
        return Addressed(request.fields, dialect, resource.serves, argument, known, name, expects, attempt)

    def _authenticate(self, key: str | None) -> None:
        if key is None:
            raise Refusal("key_missing")
        if key not in self._keys and key.partition(scope.MARK)[0] not in self._keys:
            raise Refusal("key_wrong", end=key[-4:] if len(key) > 8 else "", key=fingerprint(key))


def arrived(request: Request, fields: Mapping[str, str], upstream: str) -> Arrived:
    """The request as expectations see it; the body is read if one of them asks for it."""
    return Arrived(request.path, fields, lambda: msgspec.json.decode(request.body), upstream)


def _attempt(given: str | None) -> int | None:
    if given is None:
        return None
    if not given.isascii() or not given.isdigit() or not 1 <= int(given[:10]):
        message = f"{ATTEMPT}: expected a whole number from 1 up, got {given[:40]!r}"
        raise Refusal("invalid", param=ATTEMPT, message=message)
    return int(given[:10])
