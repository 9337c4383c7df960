"""The right body under the wrong name."""

from typing import Any

import pytest
from pydantic import ValidationError

from novastack_simulators.faults.wrong_content_type import WrongContentType


def test_the_wire(golden: Any) -> None:
    """One header, and nothing else."""
    golden(do="wrong_content_type", type="text/plain")


def test_without_a_type_it_says_octets(wire: Any) -> None:
    """As a provider was seen to do."""
    for stream in (True, False):
        plan = wire.struck({"do": "wrong_content_type"}, stream=stream)
        assert b"application/octet-stream" == dict(plan.headers)[b"content-type"]
        assert wire.plan(stream=stream).frames == plan.frames


@pytest.mark.parametrize("wrong", ["", "a\r\nx: y", " text/html", "é"])
def test_what_is_no_header_is_refused(wrong: str) -> None:
    """It must not become two."""
    with pytest.raises(ValidationError, match="got"):
        WrongContentType.model_validate({"do": "wrong_content_type", "type": wrong})
