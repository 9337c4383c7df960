"""What a client is told when an upstream fails (cases SEC-06, LOG-02)."""

import json

import pytest

from novastack_gateway import failures
from novastack_gateway.dialects import DIALECTS
from novastack_gateway.errors import Problem
from novastack_gateway.transport import Broken, TooSlow, TransportError, Unreachable


def refused(
    status: int, message: str = "what is wrong", *headers: tuple[bytes, bytes], dialect: str = "openai"
) -> Problem:
    body = json.dumps({"type": "error", "error": {"type": "some_error", "message": message, "code": "theirs"}})
    return failures.refused(DIALECTS[dialect], status, headers, body.encode())


@pytest.mark.parametrize(
    ("status", "ours", "code"),
    [
        (201, 502, "upstream_error"),
        (302, 502, "upstream_error"),
        (401, 502, "upstream_auth_error"),
        (402, 502, "upstream_billing_error"),
        (403, 502, "upstream_auth_error"),
        (404, 502, "upstream_not_found"),
        (408, 504, "upstream_timeout"),
        (418, 502, "upstream_error"),
        (429, 429, "upstream_rate_limited"),
        (500, 502, "upstream_error"),
        (503, 503, "upstream_overloaded"),
        (504, 504, "upstream_timeout"),
        (529, 503, "upstream_overloaded"),
    ],
)
def test_an_upstreams_own_trouble_is_told_without_its_words(status: int, ours: int, code: str) -> None:
    """The status is mapped, the provider's text stays behind."""
    problem = refused(status)
    assert (ours, code) == (problem.status, problem.code)
    assert "what is wrong" not in problem.message


@pytest.mark.parametrize("dialect", list(DIALECTS))
@pytest.mark.parametrize("status", [400, 409, 413, 422])
def test_a_fault_of_the_request_is_told_in_the_providers_words(status: int, dialect: str) -> None:
    """The client can act on them."""
    problem = refused(status, dialect=dialect)
    assert "what is wrong" == problem.message
    assert "invalid_request_error" == problem.type
    assert problem.status in (400, 409, 413)


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: sk-abc123def456",
        "Incorrect API key provided: sk-ab********3456",
        "no route to 10.1.2.3",
        "from 192.168.1.7:8000",
        "at 172.20.0.5",
        "http://169.254.169.254/latest",
        "Authorization: Bearer abc.def",
    ],
)
def test_keys_and_internal_addresses_are_taken_out(text: str) -> None:
    """Whole or masked."""
    told = refused(400, text).message
    assert "[redacted]" in told
    assert not any(secret in told for secret in ("abc", "3456", "1.2.3", "1.7", "0.5", "169.254", "def"))


@pytest.mark.parametrize("text", ["temperature must be at most 10.5", "a key-value pair", "172.5 tokens too many"])
def test_ordinary_words_stay(text: str) -> None:
    """A redaction that eats numbers helps nobody."""
    assert text == refused(400, text).message


def test_a_long_text_is_cut() -> None:
    """2 KB of it are enough."""
    assert 2048 == len(refused(400, "x" * 100_000).message)


def test_the_parameter_and_the_code_are_redacted_too() -> None:
    """They are the provider's words as well, and the code goes to the log."""
    body = json.dumps({"error": {"message": "m", "param": "sk-abcdefgh", "code": "sk-abcdefgh"}}).encode()
    problem = failures.refused(DIALECTS["openai"], 400, (), body)
    assert ("[redacted]", "[redacted]") == (problem.param, problem.code)


@pytest.mark.parametrize("body", [b"", b"<html>secret</html>", b"[]", b"null", b'"text"', b"\xff", b'{"error":5}'])
@pytest.mark.parametrize("dialect", list(DIALECTS))
def test_a_body_that_says_nothing_is_told_by_its_status(body: bytes, dialect: str) -> None:
    """HTML and other surprises are never repeated."""
    assert "The upstream answered with status 400." == failures.refused(DIALECTS[dialect], 400, (), body).message


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (b"7", True),
        (b"0.5", True),
        (b"Wed, 21 Oct 2026 07:28:00 GMT", True),
        (b"", False),
        (b"-1", False),
        (b"soon", False),
        (b"\xff\xfe", False),
        (b"9" * 40, False),
    ],
)
def test_the_wait_is_passed_on_where_it_is_one(value: bytes, kept: bool) -> None:
    """SDKs obey it."""
    headers = refused(429, "slow down", (b"retry-after", value), (b"set-cookie", b"a=b")).headers
    assert (((b"retry-after", value),) if kept else ()) == headers


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Unreachable("no connection"), 502, "upstream_unreachable"),
        (Broken("cut"), 502, "upstream_broken"),
        (TooSlow("late"), 504, "upstream_timeout"),
    ],
)
def test_no_answer_has_a_status_of_its_own(error: TransportError, status: int, code: str) -> None:
    """Whose fault it was can be read from the code."""
    problem = failures.unanswered(error)
    assert (status, code) == (problem.status, problem.code)


def test_every_transport_error_has_its_telling() -> None:
    """A new kind of failure must be told apart here first."""
    assert {Unreachable, Broken, TooSlow} == set(TransportError.__subclasses__())


def test_a_stream_that_ends_early_is_told_so() -> None:
    """Vendors' SDKs do not notice it themselves."""
    assert (502, "upstream_truncated") == (failures.truncated().status, failures.truncated().code)
