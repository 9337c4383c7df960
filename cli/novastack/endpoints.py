"""What `simulate` announces: the simulated upstreams as one line of JSON."""

from collections.abc import Iterable

import msgspec

from novastack.failure import USAGE, FailureError


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One simulated upstream: `base_url` is for SDKs, `control_url` ends in /_sim, `api_key` is one it accepts."""

    name: str
    dialect: str
    base_url: str
    control_url: str
    api_key: str
    models: tuple[str, ...]


def announced(listening: Iterable[object]) -> str:
    """One line of JSON; the simulators' own endpoints have the same attributes."""
    fields = Endpoint.__struct_fields__
    return msgspec.json.encode([{name: getattr(endpoint, name) for name in fields} for endpoint in listening]).decode()


def parse(text: str) -> tuple[Endpoint, ...]:
    """The endpoints of such a line.

    Raises FailureError.
    """
    try:
        return msgspec.json.decode(text, type=tuple[Endpoint, ...])
    except msgspec.DecodeError as error:
        raise FailureError(
            f"--endpoints: expected the line that `novastack simulate --announce` prints: {error}", status=USAGE
        ) from None
