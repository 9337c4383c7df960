"""A status replaces the answer by the provider's own error."""

import pytest

from novastack_simulators.dialects import DIALECTS
from novastack_simulators.faults import Status, struck
from novastack_simulators.plan import Plan


def test_the_error_comes_instead(stream: Plan, error: Plan) -> None:
    """Nothing of the answer is left, and the journal will name the fault."""
    plan = struck(Status(do="status", status=503), stream, error)
    assert (503, error.frames, "status") == (plan.status, plan.frames, plan.fault)


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("status", [400, 401, 418, 429, 500, 502, 503, 529, 599])
def test_every_status_has_a_body_in_every_dialect(name: str, status: int) -> None:
    """Also those that the provider's table does not list."""
    shape = DIALECTS[name].failure(status)
    assert status == shape.status
    assert shape.text in str(DIALECTS[name].error(shape, shape.text, "id"))
