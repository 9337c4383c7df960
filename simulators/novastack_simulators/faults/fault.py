"""What every fault shares: the phase at which it strikes (`at`) and the attempts to which it applies (`when`). Pure."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec
from pydantic import BaseModel, BeforeValidator, ConfigDict

from novastack_simulators.generation import stamp
from novastack_simulators.plan import Frame, Plan

PHASES: Final = ("queued", "before_headers", "first_text", "before_finish", "before_done")
MOMENTS: Final[Mapping[str, type[int] | type[float]]] = {"first": int, "nth": int, "every": int, "probability": float}


def readable_at(given: Any) -> Any:
    """Says in one sentence what an `at` may be."""
    tokens = given.get("after_tokens") if isinstance(given, dict) and len(given) == 1 else None
    if (
        given in PHASES
        if isinstance(given, str)
        else isinstance(tokens, int) and not isinstance(tokens, bool) and tokens > 0
    ):
        return given
    raise ValueError(f'expected one of {", ".join(PHASES)} or {{"after_tokens": 1 or more}}, got {given!r}')


def readable_when(given: Any) -> Any:
    """Says in one sentence what a `when` may be."""
    if given == "always" or (isinstance(given, dict) and len(given) == 1 and _moment(*next(iter(given.items())))):
        return given
    raise ValueError(
        'expected "always", {"first": n}, {"nth": n}, {"every": k} with whole numbers from 1 up, '
        f'or {{"probability": 0 to 1}}, got {given!r}'
    )


def _moment(name: str, number: Any) -> bool:
    if name not in MOMENTS or isinstance(number, bool) or not isinstance(number, int | float):
        return False
    return 0 <= number <= 1 if name == "probability" else isinstance(number, int) and number >= 1


At = Annotated[
    Literal["queued", "before_headers", "first_text", "before_finish", "before_done"]
    | dict[Literal["after_tokens"], int],
    BeforeValidator(readable_at),
]
When = Annotated[
    Literal["always"] | dict[Literal["first", "nth", "every", "probability"], float], BeforeValidator(readable_when)
]


class Fault(BaseModel):
    """One failure mode. Its sub-classes add `do` and their parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: At = "before_headers"
    when: When = "always"


class Struck(NamedTuple):
    """What decides whether a fault applies; the outcome never depends on the order of arrival."""

    seed: int
    fingerprint: bytes
    attempt: int


MATCHES: Final[Mapping[str, Callable[[int, float], bool]]] = {
    "first": lambda attempt, n: attempt <= n,
    "nth": lambda attempt, n: attempt == n,
    "every": lambda attempt, n: attempt % n == 0,
}


def applies(fault: Fault, struck: Struck) -> bool:
    """Whether the fault applies to this attempt at this request."""
    if isinstance(fault.when, str):
        return True
    name, number = next(iter(fault.when.items()))
    if name == "probability":
        drawn = stamp(struck.seed, fault.model_dump_json(), struck.fingerprint, struck.attempt)
        return int.from_bytes(drawn[:8], "big") < number * 2**64
    return MATCHES[name](struck.attempt, number)


def place(frames: tuple[Frame, ...], at: At) -> int:
    """The index of the frame before which a fault strikes; the number of frames if its phase never comes."""
    if at in ("queued", "before_headers"):
        return 0
    if frames and frames[0].phase == "body":
        return 1
    if isinstance(at, dict):
        return _after(frames, at["after_tokens"])
    wanted = {"first_text": ("text", "arguments"), "before_finish": ("finish", "done"), "before_done": ("done",)}[at]
    return next((index for index, frame in enumerate(frames) if frame.phase in wanted), len(frames))


def _after(frames: tuple[Frame, ...], tokens: int) -> int:
    sent = 0
    for index, frame in enumerate(frames):
        sent += frame.tokens
        if sent >= tokens:
            return index + 1
    return len(frames)


def halved(plan: Plan, at: At) -> Plan:
    """A plain answer has one frame: after the headers every phase is the middle of its body, so the body is cut in two."""
    if at in ("queued", "before_headers") or len(plan.frames) != 1 or plan.frames[0].phase != "body":
        return plan
    body = plan.frames[0].data
    half = len(body) // 2
    frames = (Frame("body", 0, body[:half]), Frame("body", plan.frames[0].tokens, body[half:]))
    return msgspec.structs.replace(plan, frames=frames, dues=tuple(plan.dues) * 2)
