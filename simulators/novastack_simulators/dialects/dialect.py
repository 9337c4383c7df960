"""A dialect is a table of functions: how one provider's wire is read and written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import msgspec

from novastack_simulators.generation import Generation
from novastack_simulators.plan import Frame, Headers
from novastack_simulators.profile import Profile
from novastack_simulators.prompt import Prompt
from novastack_simulators.refusal import Refusal, Shape

Fields = Mapping[str, str]


class Resource(NamedTuple):
    """What a path serves and by which method. A path that ends in / takes one more segment as its argument."""

    method: Literal["GET", "POST"]
    serves: Literal["answer", "count", "models", "model"]


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """All that an encoder may write about: the request, what is said, and a stamp from which ids are made."""

    prompt: Prompt
    generation: Generation
    profile: Profile
    stamp: bytes
    created: int


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """One provider's wire.

    `base` is what an SDK is pointed at. `decode` and `count` read a body into a Prompt (raising Refusal),
    `plain` and `stream` write the answer. `refusals` has a row for each kind of Refusal, `failures` a row for
    each status that the fault `status` may ask for (others take the row of their hundred). `error` writes a body.
    """

    name: str
    base: str
    resources: Mapping[str, Resource]
    key: Callable[[Fields], str | None]
    decode: Callable[[bytes, Fields, Profile], Prompt]
    count: Callable[[bytes, Fields, Profile], Prompt]
    plain: Callable[[Letter], bytes]
    stream: Callable[[Letter], tuple[Frame, ...]]
    models: Callable[[Profile], Any]
    model: Callable[[Profile, str], Any]
    refusals: Mapping[str, Shape]
    failures: Mapping[int, Shape]
    error: Callable[[Shape, str, str], Any]
    request_id: Callable[[bytes], str]
    headers: Callable[[str], Headers]

    def resource(self, path: str) -> tuple[Resource, str] | None:
        """What a path serves, and its argument."""
        if path in self.resources:
            return self.resources[path], ""
        folder, _, argument = path.rpartition("/")
        found = self.resources.get(f"{folder}/") if argument else None
        return (found, argument) if found else None

    def refuse(self, refusal: Refusal) -> tuple[Shape, str]:
        """The row of a refusal and its text; `{note}` names the parameter where the message does not."""
        shape, details = self.refusals[refusal.kind], refusal.details
        param, message = str(details.get("param", "")), str(details.get("message", ""))
        note = "" if param in message else f" (parameter: {param})"
        return shape, shape.text.format(note=note, **details)

    def failure(self, status: int) -> Shape:
        """The row of a status: its own, or that of its hundred with the status asked for."""
        near = self.failures.get(status) or self.failures[500 if status >= 500 else 400]
        return near._replace(status=status)


def bearer(fields: Fields) -> str | None:
    """The key of `Authorization: Bearer <key>` (RFC 6750, 2.1; the scheme is case-insensitive, RFC 9110, 11.1)."""
    scheme, _, key = fields.get("authorization", "").partition(" ")
    return key.strip() or None if scheme.lower() == "bearer" else None
