"""What the client saw: one frozen record per request, one JSON object per line on disk.

Rule of this file: the ledger alone is enough to judge a run again later. Times are unix seconds read from an
anchored monotonic clock; credentials are never written.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec

from novastack_loadtests.call import PROBE, Call, Plan

#: answered: a whole 200. refused: 429. rejected: any other status. broken: a 200 that was cut, malformed or carried
#: an error. failed: no reply (connection, timeout). unfinished: the run ended before the reply did.
Outcome = Literal["answered", "refused", "rejected", "broken", "failed", "unfinished"]


class Reply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came back. Header values are kept as they were written: a verdict judges the text, not our reading of it."""

    outcome: Outcome
    status: int | None = None
    error: str | None = None
    upstream: str | None = None
    request_id: str | None = None
    limit: str | None = None
    remaining: str | None = None
    reset: str | None = None
    retry_after: str | None = None
    retry_after_ms: str | None = None
    #: The canaries found in the answer's text, in order.
    canaries: tuple[str, ...] = ()
    finishes: tuple[str, ...] = ()
    chunks: int = 0
    tokens: int | None = None


class Times(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When it happened, unix seconds: due by the schedule, sent, first byte of the reply, first text, end."""

    intended: float
    started: float
    first_byte: float | None = None
    first_text: float | None = None
    ended: float


class Record(msgspec.Struct, frozen=True, kw_only=True, tag="record", tag_field="line"):
    call: Call
    times: Times
    reply: Reply


class End(msgspec.Struct, frozen=True, kw_only=True, tag="end", tag_field="line"):
    """The last line: calls 0 .. claimed - 1 were taken from the plan, and these of them were never sent.

    Without this line the run did not end by itself.
    """

    claimed: int
    unsent: tuple[int, ...] = ()


Line = Plan | Record | End


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    plan: Plan
    records: tuple[Record, ...]
    probe: Record | None = None
    end: End | None = None


class LedgerError(ValueError):
    """The file is not a ledger; the message names the file and the line."""


def encode(line: Line) -> bytes:
    """One line of the file, with its newline."""
    return msgspec.json.encode(line) + b"\n"


def read(path: Path) -> Ledger:
    """Reads a whole ledger; raises LedgerError. A last line that was cut by the end of the process is left out."""
    decoder = msgspec.json.Decoder(Line)
    rows = path.read_bytes().split(b"\n")[:-1]
    lines: list[Line] = []
    for number, row in enumerate(rows, start=1):
        try:
            lines.append(decoder.decode(row))
        except msgspec.MsgspecError as error:
            raise LedgerError(f"{path.name}, line {number}: {error}") from error
    return collect(lines, name=path.name)


def collect(lines: Iterable[Line], *, name: str = "ledger") -> Ledger:
    """Sorts the lines into a ledger; raises LedgerError when there is no plan."""
    rows = tuple(lines)
    plans = [row for row in rows if isinstance(row, Plan)]
    if not plans:
        raise LedgerError(f"{name}: no plan in its first line; is it a ledger of novastack load?")
    records = [row for row in rows if isinstance(row, Record)]
    return Ledger(
        plan=plans[0],
        records=tuple(record for record in records if record.call.index != PROBE),
        probe=next((record for record in records if record.call.index == PROBE), None),
        end=next((row for row in rows if isinstance(row, End)), None),
    )
