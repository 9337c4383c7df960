"""A dialect is a table of functions: how one provider's wire is read and written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

import msgspec

from novastack_simulators import framing
from novastack_simulators.generation import Generation, Speaker
from novastack_simulators.journal import Journal
from novastack_simulators.load import Buckets, Load
from novastack_simulators.plan import Frame, Headers
from novastack_simulators.prefixes import Cached, Held
from novastack_simulators.profile import Profile
from novastack_simulators.prompt import Prompt
from novastack_simulators.quotas import Levels
from novastack_simulators.refusal import Refusal, Shape

Fields = Mapping[str, str]
# The headers that `decode` may read; a test spies on it.
DECODED: Final = ("anthropic-beta", "anthropic-version", "content-type")


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """All that an encoder may write about: the request, what is said, and a stamp from which ids are made."""

    prompt: Prompt
    generation: Generation
    profile: Profile
    stamp: bytes
    created: int
    cached: Cached = Cached()


class Reading(NamedTuple):
    """A prompt that was read, what is said to it, and which prefixes the upstream holds: what a cache goes by."""

    prompt: Prompt
    generation: Generation
    profile: Profile
    speaker: Speaker
    held: Held


def uncached(_reading: Reading) -> Cached:
    """A provider without a prompt cache."""
    return Cached()


class Answer(NamedTuple):
    """What the model answers: a body is read into a Prompt (raising Refusal), the answer is written plain or streamed.

    `field` is the name under which the body holds the prompt; `cache` says what of it was cached, and what now is.
    """

    decode: Callable[[bytes, Fields, Profile], Prompt]
    plain: Callable[[Letter], bytes]
    stream: Callable[[Letter], tuple[Frame, ...]]
    field: str | None = "messages"
    cache: Callable[[Reading], Cached] = uncached

    @property
    def caches(self) -> bool:
        return self.cache is not uncached


class Asked(NamedTuple):
    """A request that the model need not answer, and what may be read of the upstream. `now` is in unix seconds."""

    body: bytes
    fields: Fields
    argument: str
    profile: Profile
    speaker: Speaker
    journal: Journal
    load: Load
    now: float


class Page(NamedTuple):
    """A body that is not JSON."""

    content_type: bytes
    data: bytes


class Lookup(NamedTuple):
    """What is known without the model, answered at once: a JSON value or a Page. May raise Refusal."""

    look: Callable[[Asked], Any]


class Resource(NamedTuple):
    """What a path serves, by which method, and whether without a key. A path that ends in / takes one more segment."""

    method: Literal["GET", "POST"]
    serves: Answer | Lookup
    open: bool = False


class Sent(msgspec.Struct, frozen=True):
    """What a head may tell: the id, when the request arrived (unix seconds), and the seconds until the first byte.

    `given` is the x-request-id that arrived, `levels` what is left of each of the profile's limits.
    """

    request_id: str
    arrived: float
    waited: float = 0.0
    given: str | None = None
    levels: Levels = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """One provider's wire.

    `base` is what an SDK is pointed at; `chat` is what it serves above all. `refusals` has a row for each kind of
    Refusal, `failures` a row for each status that the fault `status` may ask for (others take the row of their
    hundred), `codes` a row for each code that a fault may ask for. `error` writes a body, `mishap` turns a body into
    the event that breaks off a stream. `buckets` are the bounds of the measures it reports (none: nothing is
    measured). `fit` gives the fields that differ for a profile, made anew for each upstream. `branches` are dialects
    of their own under a path. `waiting` is what a queued request is sent: in a stream, and before a plain body.
    `also` are names, besides the profile's models, under which a request may be answered. `told` are the limits that
    its headers tell, `quotas` has a row for a kind of refusal by one limit, where it is not said as by any other, and
    `retry` tells in headers how many seconds to wait; None: the provider does not. `patience` is how many seconds the
    caller lets a burst wait.
    """

    name: str
    base: str
    chat: Answer
    resources: Mapping[str, Resource]
    key: Callable[[Fields], str | None]
    refusals: Mapping[str, Shape]
    failures: Mapping[int, Shape]
    error: Callable[[Shape, str, str], Any]
    request_id: Callable[[bytes], str]
    headers: Callable[[Sent], Headers]
    codes: Mapping[str, Shape] = field(default_factory=dict)
    mishap: Callable[[bytes], bytes] = framing.data
    buckets: Buckets = field(default_factory=dict)
    fit: Callable[[Profile], Mapping[str, Any]] = lambda _profile: {}
    branches: Mapping[str, "Dialect"] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    waiting: tuple[bytes, bytes] = (b"", b"")
    told: tuple[str, ...] = ()
    quotas: Mapping[tuple[str, str], Shape] = field(default_factory=dict)
    retry: Callable[[float], Headers] | None = None
    patience: Callable[[Fields], float] = lambda _fields: 0.0

    def at(self, path: str) -> "Dialect":
        """The dialect spoken at a path: that of its branch, or this one."""
        return next((branch for start, branch in self.branches.items() if path.startswith(start)), self)

    def fitted(self, profile: Profile) -> "Dialect":
        """The dialect as the profile's quirks have it."""
        return replace(self, **self.fit(profile))

    def resource(self, path: str) -> tuple[Resource, str] | None:
        """What a path serves, and its argument."""
        if path in self.resources:
            return self.resources[path], ""
        folder, _, argument = path.rpartition("/")
        found = self.resources.get(f"{folder}/") if argument else None
        return (found, argument) if found else None

    def refuse(self, refusal: Refusal) -> tuple[Shape, str]:
        """The row of a refusal and its text; `{note}` names the parameter where the message does not.

        A refusal's own `code` and `param` stand before those of the row.
        """
        details = refusal.details
        row = self.quotas.get((refusal.kind, details.get("quota", "")), self.refusals[refusal.kind])
        param, message = str(details.get("param", "")), str(details.get("message", ""))
        note = "" if param in message else f" (parameter: {param})"
        shape = row._replace(code=details.get("code", row.code), param=details.get("param", row.param))
        return shape, row.text.format(note=note, **details)

    def failure(self, status: int, code: str | None = None) -> Shape:
        """The row of a code, else of a status, else of its hundred; with the status and the code asked for."""
        near = self.failures.get(status) or self.failures[500 if status >= 500 else 400]
        if code is not None:
            near = self.codes.get(code, near._replace(code=code))
        return near._replace(status=status)


def bearer(fields: Fields) -> str | None:
    """The key of `Authorization: Bearer <key>` (RFC 6750, 2.1; the scheme is case-insensitive, RFC 9110, 11.1)."""
    scheme, _, key = fields.get("authorization", "").partition(" ")
    return key.strip() or None if scheme.lower() == "bearer" else None
