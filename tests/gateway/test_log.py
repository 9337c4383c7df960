"""One JSON line per request (case LOG-01)."""

import io
import json

import pytest

from novastack_gateway.exchange import Exchange, Usage
from novastack_gateway.log import Log


def lines(**changes: object) -> list[str]:
    members = {
        "request_id": "r",
        "caller": None,
        "upstream": "up",
        "model": "m",
        "stream": False,
        "status": 200,
        "error": None,
        "duration": 0.5,
        "first_byte": None,
        "usage": Usage(3, 4),
        **changes,
    }
    file = io.StringIO()
    Log(file).write(Exchange(**members))  # type: ignore[arg-type]
    return file.getvalue().split("\n")


def test_an_exchange_is_one_line_of_json() -> None:
    """With what is known of it, and when."""
    line, end = lines()
    value = json.loads(line)
    assert ("", "info", "request") == (end, value.pop("level"), value.pop("event"))
    assert value.pop("timestamp").endswith("Z")
    expected = {"request_id": "r", "upstream": "up", "model": "m", "stream": False, "status": 200, "duration": 0.5}
    assert {**expected, "usage": {"prompt_tokens": 3, "completion_tokens": 4}} == value


@pytest.mark.parametrize("text", ["a\r\nforged", "\x1b[31mred", "a\u2028b", '","level":"error'])
def test_no_text_can_forge_a_line(text: str) -> None:
    """Line breaks, escapes for terminals and quotes stay inside their string."""
    line, _ = lines(error=text)
    assert text == json.loads(line)["error"]
    assert not any(mark in line for mark in ("\r", "\x1b", "\u2028"))
