"""A proxy's page for people in place of the provider's answer."""

from typing import Any

import pytest

from novastack_simulators.plan import Plan


def test_the_wire(golden: Any) -> None:
    """nginx's, with none of the provider's headers."""
    golden(do="html_page")


@pytest.mark.parametrize("page", ["nginx", "cdn"])
@pytest.mark.parametrize("status", [200, 403, 502, 520])
def test_every_page_says_its_status(wire: Any, page: str, status: int) -> None:
    """Also a good one, and one that has no name; the length is right."""
    plan: Plan = wire.struck({"do": "html_page", "page": page, "status": status}, stream=False)
    (body,) = (frame.data for frame in plan.frames)
    headers = dict(plan.headers)
    assert (status, b"text/html", b"%d" % len(body)) == (
        plan.status, headers[b"content-type"], headers[b"content-length"],
    )  # fmt: skip
    assert body.count(f"{status} ".encode()) == 2
