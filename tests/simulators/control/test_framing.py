"""How events are put on the wire, while it runs."""

from typing import Any

import pytest


def test_it_is_read_replaced_and_removed(plane: Any) -> None:
    """By a name or by settings; what is shown can be put again."""
    plain = plane.ask("GET", "/framing").json()
    shown = plane.ask("PUT", "/framing", "crlf").json()
    assert (shown, True) == (plane.ask("GET", "/framing").json(), shown != plain)
    assert shown == plane.ask("PUT", "/framing", shown).json()
    assert 204 == plane.ask("DELETE", "/framing").status_code
    assert plain == plane.ask("GET", "/framing").json()


def test_the_next_answer_has_it(plane: Any) -> None:
    """Lines end as they were asked to."""
    plane.ask("PUT", "/framing", "crlf")
    assert b"data: [DONE]\r\n\r\n" in plane.chat()[1]


@pytest.mark.parametrize("body", ["nope", {"x": 1}, 5, [], None])
def test_what_is_none_changes_nothing(plane: Any, body: Any) -> None:
    """The old one is still in force."""
    plane.ask("PUT", "/framing", "crlf")
    before = plane.ask("GET", "/framing").json()
    assert 422 == plane.ask("PUT", "/framing", body).status_code
    assert before == plane.ask("GET", "/framing").json()
