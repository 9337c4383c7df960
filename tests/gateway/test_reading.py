"""Bad JSON and bad shapes become a 400 that names the place (case JSN-01)."""

import msgspec
import pytest
from gateway_asks import problem_of

from novastack_gateway import reading


class Inner(msgspec.Struct):
    count: int


class Outer(msgspec.Struct):
    name: str
    inner: list[Inner] = []


DECODER = msgspec.json.Decoder(Outer)


@pytest.mark.parametrize(
    ("text", "param", "code"),
    [
        (b"{}", "name", "missing_required_parameter"),
        (b'{"name":"x","inner":[{"count":1},{}]}', "inner[1].count", "missing_required_parameter"),
        (b'{"name":1}', "name", "invalid_type"),
        (b'{"name":"x","inner":[{"count":"1"}]}', "inner[0].count", "invalid_type"),
        (b"[]", None, "invalid_type"),
        (b"null", None, "invalid_type"),
        (b'"text"', None, "invalid_type"),
    ],
)
def test_a_wrong_shape_names_the_parameter(text: bytes, param: str | None, code: str) -> None:
    """What was wrong, where, and what would be right."""
    problem = problem_of(reading.read, DECODER, text)
    assert (400, param, code) == (problem.status, problem.param, problem.code)
    assert "Expected" in problem.message or "Missing required parameter" in problem.message


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b'{"name":"x"',
        b'{"name":NaN}',
        b"{'name':1}",
        b'\xef\xbb\xbf{"name":"x"}',
        b'{"name":"\xff"}',
        b'{"name":"\\ud800"}',
        b'{"other":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_what_is_not_json_is_refused(text: bytes) -> None:
    """Truncated, NaN, a byte order mark, bad UTF-8, lone surrogates, nesting without end: 400, never a crash."""
    assert 400 == problem_of(reading.read, DECODER, text).status


def test_bytes_that_are_not_utf8_are_named() -> None:
    """Also where the decoder would not look."""
    problem = problem_of(reading.check_utf8, b'{"a":"\xc3\x28"}')
    assert "not UTF-8 (byte 6)" in problem.message


@pytest.mark.parametrize("text", [b'{"a":"plain"}', '{"a":"é漢😀"}'.encode()])
def test_utf8_passes(text: bytes) -> None:
    """ASCII or not."""
    reading.check_utf8(text)


@pytest.mark.parametrize("text", [b"", b"<html>", b"\xff", b"[" * 100_000])
def test_foreign_text_that_is_not_json_has_no_value(text: bytes) -> None:
    """What another program sent is never an error of ours."""
    assert reading.value_of(text) is None
