"""The metrics of an upstream, as Prometheus reads them."""

from fastapi import APIRouter, Response

from novastack_simulators.exposition import CONTENT, State, exposition
from novastack_simulators.upstream import Upstream


def routes(router: APIRouter, upstream: Upstream) -> None:
    @router.get("/_sim/metrics", tags=["metrics"], response_class=Response)
    async def read() -> Response:
        """What was answered, what struck, how late; in Prometheus' text format."""
        return Response(exposition(upstream.metrics, state(upstream)), media_type=CONTENT)


def state(upstream: Upstream) -> State:
    setting, scopes = upstream.setting, upstream.scopes
    return State(
        upstream=setting.name,
        profile=setting.profile.model,
        dialect=setting.dialect.name,
        load=upstream.load,
        lateness=upstream.lateness,
        truths=scopes.whole.quotas.truth(upstream.now()),
        scopes=len(scopes.names),
        dropped=upstream.journal.dropped,
    )
