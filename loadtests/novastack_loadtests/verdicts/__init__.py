"""Verdicts: pure functions from evidence to PASS, FAIL or INCONCLUSIVE. To add one: a function, and its line here."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from novastack_loadtests.verdicts.client import conservation, integrity, schedule
from novastack_loadtests.verdicts.limits import admission, envelope
from novastack_loadtests.verdicts.refusals import headers, promise, refusal
from novastack_loadtests.verdicts.routing import agreement, once, routes
from novastack_loadtests.verdicts.verdict import Question

VERDICTS: Final[Mapping[str, Question]] = MappingProxyType(
    {
        "agreement": Question(code="R1", title="header, journal and canary agree on who answered", judge=agreement),
        "routes": Question(code="R2", title="every request went where the route table says", judge=routes),
        "once": Question(code="F4", title="one upstream call per answer", judge=once, blind=False),
        "conservation": Question(code="Q1", title="every request has exactly one end", judge=conservation),
        "integrity": Question(code="F6", title="every answer is whole", judge=integrity),
        "schedule": Question(code="V1", title="the client kept its schedule", judge=schedule),
        "envelope": Question(code="L1", title="never more than the limit in any window", judge=envelope),
        "admission": Question(code="L2", title="never refused while there was room", judge=admission),
        "promise": Question(code="L4", title="retry-after is there and true", judge=promise),
        "headers": Question(code="L5", title="limit constant, remaining never negative", judge=headers),
        "refusal": Question(code="L5", title="a refused request reaches no upstream", judge=refusal, blind=False),
    }
)
