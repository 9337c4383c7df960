"""Which scope a control request is about: `?scope=`, else the header x-sim-scope, else the one without a name.

The dependencies are coroutines although they wait for nothing: FastAPI runs a function in a thread, and then others
would have their turn in the middle of a change.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Header, Query

from novastack_simulators.scope import HEADER, Scope, readable
from novastack_simulators.upstream import Upstream


async def named(
    scope: Annotated[str | None, Query(description="The scope; see the header.")] = None,
    x_sim_scope: Annotated[str | None, Header(alias=HEADER)] = None,
) -> str | None:
    """The name that was given, None if none was. Raises Refusal."""
    given = scope if scope is not None else x_sim_scope
    return None if given is None else readable(given, "scope")


def scoped(upstream: Upstream) -> Callable[..., Awaitable[Scope]]:
    """A dependency: the scope itself."""

    async def found(
        scope: Annotated[str | None, Query(description="The scope; see the header.")] = None,
        x_sim_scope: Annotated[str | None, Header(alias=HEADER)] = None,
    ) -> Scope:
        return upstream.scope(await named(scope, x_sim_scope) or "")

    return found
