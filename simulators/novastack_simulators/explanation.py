"""What would become of a request, in words: the stub, the faults and why, the status, and the schedule."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec

from novastack_simulators.addressed import ATTEMPT
from novastack_simulators.edge.reply import Request
from novastack_simulators.faults import Verdict
from novastack_simulators.journal import told
from novastack_simulators.plan import Plan
from novastack_simulators.upstream import Upstream


class Wanted(NamedTuple):
    """A request to be explained. Without a path it is a chat; a key and a version are added where none is given."""

    body: Any
    path: str | None = None
    method: str = "POST"
    headers: Mapping[str, str] = {}
    attempt: int = 1


def explanation(upstream: Upstream, wanted: Wanted, scope: str = "") -> dict[str, Any]:
    """A JSON object."""
    found = upstream.explain(_request(upstream, wanted), scope)
    entry = told(found.entry)
    kept = ("model", "stream", "attempt", "status", "stub", "nearest", "fault", "expectation", "tokens")
    return {
        "upstream": upstream.setting.name,
        "scope": scope,
        **{name: entry[name] for name in kept},
        "faults": [_verdict(verdict) for verdict in found.verdicts],
        "answer": _answer(found.plan),
    }


def _request(upstream: Upstream, wanted: Wanted) -> Request:
    setting = upstream.setting
    given = {name.lower(): text for name, text in wanted.headers.items()}
    usual = {"authorization": f"Bearer {setting.api_keys[0]}", "anthropic-version": "2023-06-01"}
    fields = {"content-type": "application/json", **usual, **given, ATTEMPT: str(wanted.attempt)}
    headers = tuple((name.encode("latin-1"), text.encode("latin-1")) for name, text in fields.items())
    body = msgspec.json.encode(wanted.body)
    return Request(method=wanted.method, path=wanted.path or _chat(upstream), headers=headers, body=body)


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
        "phases": _phases(plan, paced=paced),
        "ending": plan.ending,
        "first_byte": round(plan.dues[0], 6) if paced else None,
        "end": round(max(plan.end, plan.dues[-1]), 6) if paced else None,
        "made_by": "schedule" if plan.ticket is None else "engine",
    }


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
