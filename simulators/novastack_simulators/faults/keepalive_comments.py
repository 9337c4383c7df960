"""`keepalive_comments`: while nothing is said, comments show that the connection lives.

WHATWG HTML, 9.2.5: a line that begins with a colon is a comment; a proxy that waits for events must not count it as one.
"""

from typing import Final, Literal, Self

import msgspec
from pydantic import Field, model_validator

from novastack_simulators.faults.at import UNSENT, EventAt, Parted, parted, plain
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.events import unsized
from novastack_simulators.faults.fault import Fault
from novastack_simulators.faults.stall import Lasting, late
from novastack_simulators.faults.wording import shown
from novastack_simulators.plan import Frame, Plan, Repeat

MOST: Final = 100_000


class KeepaliveComments(Fault):
    """A comment with `text` comes every `every` seconds for `for` seconds, all of them real, or "forever"."""

    do: Literal["keepalive_comments"]
    at: EventAt = "before_headers"
    lasting: Lasting = Field(alias="for")
    every: float = Field(default=10.0, ge=0.001, le=3_600, strict=True)
    # 9.2.5: any characters but LF and CR.
    text: str = Field(default="keep-alive", pattern=r"^[^\r\n]*$", max_length=10_000)

    @model_validator(mode="after")
    def _countable(self) -> Self:
        if self.lasting != "forever" and self.lasting / self.every > MOST:
            given = f"{shown(self.lasting)} / {shown(self.every)}"
            raise ValueError(f'for / every expects {MOST} comments at the most, or for "forever", got {given}')
        return self


def strike(fault: KeepaliveComments, plan: Plan, _context: Context) -> Plan | None:
    """The comments from the phase on, and what follows it late. Before a plain body come blank lines instead.

    A comment in JSON would be an error; DeepSeek sends blank lines there (api-docs.deepseek.com, rate limit).
    """
    found, blank = parted(plan, fault.at), plain(plan)
    if found is None:
        return None
    found = Parted(unsized(plan), 0) if blank else found
    sign = Frame("queued", 0, b"\n" if blank else f": {fault.text}\n\n".encode())
    whole, index = found
    start = 0.0 if blank or fault.at in UNSENT else whole.dues[index]
    if fault.lasting == "forever":
        frames, dues = (*whole.frames[:index], sign), (*whole.dues[:index], start + fault.every)
        return msgspec.structs.replace(
            whole, frames=frames, dues=dues, ending="hang", repeat=Repeat((sign,), fault.every)
        )
    return _waited(late(whole, index, fault.lasting), index, _times(start, fault.lasting, fault.every), sign)


def _times(start: float, lasting: float, every: float) -> tuple[float, ...]:
    """When a comment is due: after each period that ends before the wait does."""
    count = max(0, -int(-lasting // every) - 1)
    return tuple(start + every * (number + 1) for number in range(count))


def _waited(plan: Plan, index: int, times: tuple[float, ...], sign: Frame) -> Plan:
    frames = (*plan.frames[:index], *[sign] * len(times), *plan.frames[index:])
    return msgspec.structs.replace(plan, frames=frames, dues=(*plan.dues[:index], *times, *plan.dues[index:]))
