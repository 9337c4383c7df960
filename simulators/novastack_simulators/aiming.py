"""Which fault strikes an answer, what it leaves of the plan, and how that is framed. Pure."""

import msgspec

from novastack_simulators import outright
from novastack_simulators.addressed import Addressed
from novastack_simulators.dialects import Dialect
from novastack_simulators.dialects.dialect import Sent
from novastack_simulators.faults import Context, Fault, Prospects, Struck, mangled, prospects
from novastack_simulators.faults import struck as struck_by
from novastack_simulators.framing import Framing, framed
from novastack_simulators.generation import seeded, stamp
from novastack_simulators.hearing import Heard
from novastack_simulators.journal import Entry
from novastack_simulators.matching import Scene
from novastack_simulators.plan import Plan
from novastack_simulators.quotas import Account
from novastack_simulators.scope import Scope
from novastack_simulators.setting import UNAIMED, Aimed, Seen


def aimed(heard: Heard | None, scene: Scene | None, scope: Scope, seen: Seen, entry: Entry) -> Aimed:
    """The faults that the prompt asks for come before those that are armed."""
    faults = (*heard.orders.faults, *scope.faults) if heard is not None and heard.orders.faults else scope.faults
    if not faults:
        return UNAIMED
    able = likely(heard, scene, faults)
    if able.arrival and scene is not None:
        scene = msgspec.structs.replace(scene, stub=entry.stub, attempt=seen.attempt)
    who = Struck(
        scope.seed,
        seen.fingerprint,
        seen.attempt,
        scope.name,
        entry.arrived - scope.armed,
        able.quota and scope.quotas.over(Account(entry.key or "", entry.model or ""), entry.arrived),
        scene,
        None if heard is None else heard.draws,
    )
    return Aimed(faults, who, able.chosen(who))


def likely(heard: Heard | None, scene: Scene | None, faults: tuple[Fault, ...]) -> Prospects:
    """The faults that may strike, from memory as long as the same faults are armed and the same one asks."""
    if heard is None:
        return prospects(faults, scene)
    known = heard.prospects
    if known is None or known[0] is not faults or known[1] is not scene:
        known = heard.prospects = (faults, scene, prospects(faults, scene))
    return known[2]


def struck(plan: Plan, fault: Fault, dialect: Dialect, scope: Scope, seen: Seen, sent: Sent) -> Plan:
    """The plan as the fault leaves it."""
    shape = dialect.failure(getattr(fault, "status", 500), getattr(fault, "code", None))
    error = outright.error(dialect, shape, shape.text, sent)
    mark = stamp("fault", scope.seed, scope.name, fault.mark, seen.fingerprint, seen.attempt)
    return struck_by(fault, plan, error, Context(error, dialect.mishap, mark, sent.arrived))


def put(plan: Plan, fault: Fault | None, scope: Scope, seen: Seen, addressed: Addressed, framing: Framing) -> Plan:
    """The plan as it is put on the wire."""
    if not framing.default:
        rng = seeded("framing", scope.seed, seen.fingerprint, seen.attempt)
        plan = framed(plan, framing, rng, addressed.fields.get("accept-encoding", ""))
    return plan if fault is None else mangled(fault, plan)
