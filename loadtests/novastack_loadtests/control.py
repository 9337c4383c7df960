"""Reads the simulators' control plane.

Rule of this file: only read, and never raise: a journal that cannot be read says why.
"""

from typing import Any, Final

import msgspec

from novastack_loadtests.journals import Entry, Journal
from novastack_loadtests.web import Unreachable, get_json

#: More than a simulator keeps: its own limit, if it has one, shows in `dropped`.
EVERYTHING: Final = 1_000_000
#: What an entry is needed for; its body and headers are not.
FIELDS: Final = ",".join(Entry.__struct_fields__)


class _Page(msgspec.Struct):
    entries: tuple[Entry, ...]
    dropped: int = 0


def fetch(url: str, limit: int = EVERYTHING) -> Journal:
    """Reads one simulator, up to `limit` entries; never raises: what went wrong is in `trouble`."""
    root = url.rstrip("/")
    try:
        identity: dict[str, Any] = msgspec.convert(get_json(f"{root}/_sim"), dict[str, Any])
        page = msgspec.convert(get_json(f"{root}/_sim/journal?limit={limit}&fields={FIELDS}"), _Page)
        upstream = msgspec.convert(identity["upstream"], str)
    except Unreachable as error:
        return Journal(url=root, trouble=str(error))
    except (msgspec.ValidationError, KeyError) as error:
        return Journal(url=root, trouble=f"{root} does not answer like a simulator: {error}")
    return Journal(url=root, upstream=upstream, entries=page.entries, dropped=page.dropped)
