"""The report as one JSON object: the fields of Report, as they are."""

import msgspec

from novastack_loadtests.judge import Report


def as_json(report: Report) -> str:
    """Indented, ends in a newline."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"
