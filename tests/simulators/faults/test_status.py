"""A status replaces the answer by the provider's own error."""

from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from pydantic import ValidationError

from novastack_simulators.dialects import DIALECTS
from novastack_simulators.faults.status import Status, wait
from novastack_simulators.plan import Plan

NOW = 1_795_392_000.25


def test_the_wire(golden: Any) -> None:
    """The error under its status, with the date to come back at and what the SDKs are told."""
    golden(do="status", status=429, retry_after={"seconds": 2.5, "as": "date"}, should_retry=True)


def test_a_plain_answer_is_replaced_too(wire: Any) -> None:
    """Nothing of the answer is left, and the journal will name the fault."""
    plan: Plan = wire.struck({"do": "status", "status": 503, "retry_after": 2}, stream=False)
    assert (503, "status", (0.0,)) == (plan.status, plan.fault, plan.dues)
    assert b"2" == dict(plan.headers)[b"retry-after"]


@pytest.mark.parametrize(
    ("given", "header"),
    [
        (2, (b"retry-after", b"2")),
        (1.5, (b"retry-after", b"1.5")),
        (600, (b"retry-after", b"600")),
        ({"seconds": 3}, (b"retry-after", b"3")),
        ({"seconds": 1.25, "as": "ms"}, (b"retry-after-ms", b"1250")),
        ({"seconds": 0, "as": "date"}, (b"retry-after", b"Mon, 23 Nov 2026 00:00:01 GMT")),
    ],
)
def test_every_way_to_say_how_long(given: Any, header: tuple[bytes, bytes]) -> None:
    """A whole or broken number of seconds, also long ones, milliseconds, a date."""
    fault = Status.model_validate({"do": "status", "status": 429, "retry_after": given})
    assert fault.retry_after is not None
    assert header == wait(fault.retry_after, NOW)


def test_a_date_is_never_too_early() -> None:
    """It has whole seconds, and who comes back at that second has waited long enough."""
    fault = Status.model_validate({"do": "status", "status": 429, "retry_after": {"seconds": 1.5, "as": "date"}})
    assert fault.retry_after is not None
    said = parsedate_to_datetime(wait(fault.retry_after, NOW)[1].decode()).timestamp()
    assert NOW + 1.5 <= said < NOW + 2.5


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"status": 200}, "greater than or equal to 400, got 200"),
        ({"status": "503"}, "valid integer, got '503'"),
        ({"retry_after": -1}, "expected seconds from 0 to 1000000000, or"),
        ({"retry_after": True}, "got True"),
        ({"retry_after": {"seconds": 1, "as": "hours"}}, "'seconds', 'date' or 'ms', got 'hours'"),
        ({"retry_after": {"second": 1}}, "Field required"),
        ({"should_retry": "yes"}, "valid boolean, got 'yes'"),
        ({"at": "before_done"}, "expected before_headers, got 'before_done'"),
    ],
)
def test_wrong_parameters_are_refused(wrong: dict[str, Any], told: str) -> None:
    """Each with what was given."""
    with pytest.raises(ValidationError) as caught:
        Status.model_validate({"do": "status", "status": 503, **wrong})
    assert told in str(caught.value)


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("status", [400, 401, 418, 429, 500, 502, 503, 529, 599])
def test_every_status_has_a_body_in_every_dialect(name: str, status: int) -> None:
    """Also those that the provider's table does not list."""
    shape = DIALECTS[name].failure(status)
    assert status == shape.status
    assert shape.text in str(DIALECTS[name].error(shape, shape.text, "id"))
