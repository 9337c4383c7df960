"""What would become of a request, in words: the stub, the faults and why, the status, and the schedule.

It is planned by a twin of the upstream, which knows what that knows and keeps what it learns to itself.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from copy import copy, deepcopy
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, TypeVar
from urllib.parse import unquote

import msgspec
from pydantic import Field, field_validator

from novastack_simulators.addressed import ATTEMPT
from novastack_simulators.attempts import Attempts
from novastack_simulators.edge.protocol import is_cold
from novastack_simulators.edge.reply import Request
from novastack_simulators.faults import Verdict, explained
from novastack_simulators.journal import told
from novastack_simulators.plan import Plan
from novastack_simulators.profile import Strict
from novastack_simulators.scope import HEADER, Scope, Scopes, Start
from novastack_simulators.setting import Clocks
from novastack_simulators.upstream import Upstream

# RFC 9110, 5.1 and 5.6.2: a field's name is a token; 5.5: its value has no control characters.
TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
VALUE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
LONGEST: Final = 2_000
Thing = TypeVar("Thing")
KEYS: Final = frozenset({"authorization", "x-api-key"})


class Wanted(Strict):
    """A request to be explained: what is not given is as in a plain chat, with a key that is accepted.

    A `body` that is a text is sent as it stands, any other as JSON, none at all as nothing. Without an `attempt` it is
    the one that comes next.
    """

    body: Any = None
    path: str | None = None
    method: str = "POST"
    headers: Mapping[str, str] = Field(default_factory=dict)
    attempt: int | None = Field(default=None, ge=1, strict=True)

    @field_validator("path")
    @classmethod
    def _simulated(cls, path: str | None) -> str | None:
        if path is not None and not path.startswith("/"):
            raise ValueError(f"expected a path that begins with /, got {path[:100]!r}")
        if path is not None and is_cold(path.partition("?")[0]):
            raise ValueError("the control API is not explained: expected a path of the provider's")
        return path

    @field_validator("method")
    @classmethod
    def _token(cls, method: str) -> str:
        if not TOKEN.fullmatch(method):
            raise ValueError(f"expected a method such as POST or GET, got {method[:100]!r}")
        return method.upper()

    @field_validator("headers")
    @classmethod
    def _sendable(cls, headers: Mapping[str, str]) -> Mapping[str, str]:
        for name, text in headers.items():
            if not TOKEN.fullmatch(name):
                raise ValueError(f"{name[:100]!r} is no name of a header")
            if not VALUE.fullmatch(text):
                raise ValueError(f"the value of {name[:100]!r} cannot be sent: expected Latin-1 in one line")
        return headers


class Still:
    """A wheel on which nothing turns: an explanation plans and plays nothing."""

    time: Callable[[], float] = staticmethod(lambda: 0.0)

    def soon(self, callback: Callable[[], None]) -> None: ...

    def at(self, due: float, callback: Callable[[], None]) -> None: ...


class Mirror(Scopes):
    """The scopes of another upstream as they stand, each copied when it is asked for."""

    def __init__(self, real: Scopes, now: float) -> None:
        super().__init__(real.start, now)
        self._real = real
        self._copies: dict[str, Scope] = {}

    def at(self, name: str, now: float) -> Scope:
        twin = self._copies.get(name)
        if twin is None:
            known = not name or name in self._real.names
            twin = _copied(self._real.at(name, now), now) if known else Scope(name, self.start, now)
            self._copies[name] = twin
        return twin


def _copied(scope: Scope, now: float) -> Scope:
    twin, state = Scope(scope.name, Start(seed=scope.seed), now), scope.state()
    twin.restore(state._replace(shelf=_apart(state.shelf), quotas=_apart(state.quotas)))
    twin.attempts, twin.prefixes = _apart(scope.attempts), _apart(scope.prefixes)
    return twin


def _apart(thing: Thing) -> Thing:
    """A copy that has the same in it, and whose counts are its own. A scope may hold a hundred thousand of them."""
    twin = copy(thing)
    for name, held in vars(thing).items():
        if isinstance(held, OrderedDict):
            setattr(twin, name, held.copy())
        elif isinstance(held, dict):
            setattr(twin, name, Copies(held))
        elif isinstance(held, Attempts):
            setattr(twin, name, _apart(held))
    return twin


class Copies(dict[Any, Any]):
    """Another mapping's values, each copied when it is asked for: the books of the accounts, which are written in."""

    def __init__(self, real: Mapping[Any, Any]) -> None:
        super().__init__()
        self._real = real

    def get(self, key: Any, default: Any = None) -> Any:
        if key not in self and key in self._real:
            self[key] = deepcopy(self._real[key])
        return super().get(key, default)


def explanation(upstream: Upstream, wanted: Wanted, scope: str = "") -> dict[str, Any]:
    """A JSON object. `scope` is that of a request which names none itself."""
    twin = _twin(upstream)
    request = _request(upstream, wanted, scope)
    entry = twin.opened(request)
    planned = twin.planned(request, entry)
    plan, aimed = planned.plan, planned.aimed
    entry.status, entry.fault = plan.status if plan.frames else None, plan.fault
    verdicts = () if aimed.struck is None else explained(aimed.faults, aimed.struck)
    kept = ("scope", "model", "stream", "attempt", "status", "stub", "nearest", "fault", "expectation", "tokens")
    said = told(entry)
    return {
        "upstream": upstream.setting.name,
        **{name: said[name] for name in kept},
        "faults": [_verdict(verdict) for verdict in verdicts],
        "answer": _answer(plan),
    }


def _twin(upstream: Upstream) -> Upstream:
    twin = Upstream(upstream.setting, Clocks(Still(), upstream.now), upstream.scopes.start)
    twin.scopes = Mirror(upstream.scopes, upstream.now())
    # What is looked up rather than answered tells of the load.
    twin.load = upstream.load
    return twin


def _request(upstream: Upstream, wanted: Wanted, scope: str) -> Request:
    given = {name.lower(): text for name, text in wanted.headers.items()}
    key = {} if KEYS & given.keys() else {"authorization": f"Bearer {upstream.setting.api_keys[0]}"}
    usual = {"content-type": "application/json", "anthropic-version": "2023-06-01", **key}
    named = {HEADER: scope} if scope else {}
    attempt = {} if wanted.attempt is None else {ATTEMPT: str(wanted.attempt)}
    fields = {**usual, **named, **given, **attempt}
    return Request(
        method=wanted.method,
        path=_chat(upstream) if wanted.path is None else unquote(wanted.path.partition("?")[0]),
        headers=tuple((name.encode("latin-1"), text.encode("latin-1")) for name, text in fields.items()),
        body=_body(wanted.body),
    )


def _body(body: Any) -> bytes:
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else msgspec.json.encode(body)


def _chat(upstream: Upstream) -> str:
    """The path under which the dialect serves what it serves above all."""
    dialect = upstream.setting.dialect
    return next(path for path, resource in dialect.resources.items() if resource.serves is dialect.chat)


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "fault": verdict.fault.told,
        "do": verdict.fault.do,
        "applies": verdict.applies,
        "strikes": verdict.strikes,
        "why": verdict.why,
    }


def _answer(plan: Plan) -> dict[str, Any]:
    """Times in seconds after the arrival; None where an engine decides, or where nothing is sent."""
    paced = plan.ticket is None and len(plan.dues) > 0
    return {
        "status": plan.status if plan.frames else None,
        "headers": {name.decode("latin-1"): text.decode("latin-1") for name, text in plan.headers},
        "error": _error(plan),
        "phases": _phases(plan, paced=paced),
        "ending": plan.ending,
        "first_byte": round(plan.dues[0], 6) if paced else None,
        "end": round(max(plan.end, plan.dues[-1]), 6) if paced else None,
        "made_by": "schedule" if plan.ticket is None else "engine",
    }


def _error(plan: Plan) -> str | None:
    """The body of an answer that is none."""
    if plan.status < 400 or not plan.frames:
        return None
    return b"".join(frame.data for frame in plan.frames)[:LONGEST].decode("utf-8", "replace")


def _phases(plan: Plan, *, paced: bool) -> list[dict[str, Any]]:
    """Runs of events of one phase: how many, how many tokens and bytes, and from when to when."""
    rows = [(frame.phase, frame, due) for frame, due in zip(plan.frames, plan.dues, strict=True)]
    return [_run(phase, tuple(run), paced=paced) for phase, run in groupby(rows, key=itemgetter(0))]


def _run(phase: str, run: Sequence[tuple[Any, Any, float]], *, paced: bool) -> dict[str, Any]:
    return {
        "phase": phase,
        "events": len(run),
        "tokens": sum(frame.tokens for _, frame, _ in run),
        "bytes": sum(len(frame.data) for _, frame, _ in run),
        "from": round(run[0][2], 6) if paced else None,
        "to": round(run[-1][2], 6) if paced else None,
    }
