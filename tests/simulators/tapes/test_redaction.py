"""What carries a credential is not written, wherever it stands; what is needed to replay is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.tapes.redaction import REQUEST, RESPONSE, Redaction, redaction

SECRET = "Zx9-secret/+value=="


@pytest.mark.parametrize(
    "name",
    [
        "retry-after", "retry-after-ms", "x-request-id", "request-id", "x-ds-trace-id", "content-type",
        "anthropic-ratelimit-input-tokens-remaining", "x-ratelimit-reset-tokens", "openai-processing-ms",
    ],
)  # fmt: skip
def test_what_a_client_reads_is_kept(name: str) -> None:
    """The id of the request, the limits, when to come again."""
    assert {name: "1"} == redaction((), "", b"").fields([(name.title().encode(), b"1")], RESPONSE)


@pytest.mark.parametrize(
    "name",
    [
        "set-cookie", "authorization", "x-api-key", "openai-organization", "openai-project", "server", "date",
        "anthropic-organization-id", "anthropic-session-token", "openai-api-key", "x-anything",
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_dropped(name: str) -> None:
    """Credentials, whose account it is, and all that nobody thought of."""
    hidden = redaction((), "", b"")
    assert [{}, {}] == [hidden.fields([(name.encode(), b"1")], allowed) for allowed in (REQUEST, RESPONSE)]


def test_repeated_headers_are_joined() -> None:
    """RFC 9110, 5.3."""
    headers = [(b"Anthropic-Beta", b"a"), (b"anthropic-beta", b"b")]
    assert {"anthropic-beta": "a, b"} == redaction((), "", b"").fields(headers, REQUEST)


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("key=abcdefgh&api-version=2024-10-21", "key=***&api-version=2024-10-21"),
        ("beta=true", "beta=true"),
        ("sig=x&other", "sig=***&***"),
        ("beta=sk-abcdefgh", "beta=sk-********"),
        ("", ""),
    ],
)
def test_a_query_keeps_the_allowed_parameters(query: str, kept: str) -> None:
    """Of the others the names."""
    assert kept == redaction((), query, b"").query(query)


SOURCES = [
    ([(b"Authorization", f"Bearer {SECRET}".encode())], ""),
    ([(b"authorization", SECRET.encode())], ""),
    ([(b"X-Api-Key", SECRET.encode())], ""),
    ([(b"Api-Key", SECRET.encode())], ""),
    ([(b"x-goog-api-key", SECRET.encode())], ""),
    ([(b"Cookie", f"a=b; session={SECRET}".encode())], ""),
    ([(b"Authorization", b"Basic dXNlcjpaeDktc2VjcmV0Lyt2YWx1ZT09")], ""),
    ([], "key=Zx9-secret%2F%2Bvalue%3D%3D"),
    ([], f"a=1&api_key={SECRET}"),
]
PLACES = [
    SECRET, f'{{"error": "wrong key {SECRET}."}}', "Zx9-secret%2F%2Bvalue%3D%3D", f"url?key={SECRET}&x",
    "Zx9-secret/%2Bvalue%3D%3D",
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("headers", "query"), SOURCES)
def test_a_credential_is_hidden_wherever_it_stands(headers: list[tuple[bytes, bytes]], query: str, place: str) -> None:
    """As it came, and as it stands in a URL; nothing else is hidden, and the length stays."""
    masked = redaction(headers, query, b"").masked(place.encode())
    assert (len(place), False, False) == (len(masked), b"Zx9" in masked, b"value" in masked)
    assert b"*" in masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("the key sk-ant-api03-abc is wrong", "the key sk-************* is wrong"),
        ("Bearer abc.def~x", "Bearer *********"),
        ("BEARER  abcdef", "BEARER  ******"),
        ('{"a":"sk-12345","b":1}', '{"a":"sk-*****","b":1}'),
        ("a task-force in Omsk-city", "a task-force in Omsk-city"),
        ("钥匙sk-abcdef是错的", "钥匙sk-******是错的"),
        ("sk-1", "sk-1"),
    ],
)
def test_what_looks_like_a_key_is_hidden(text: str, masked: str) -> None:
    """Also one that did not come with the request."""
    assert masked == Redaction().masked(text.encode()).decode()


def test_a_short_value_is_no_secret() -> None:
    """A server that wants no key is often given a word for one."""
    assert b"EMPTY" == redaction([(b"authorization", b"Bearer EMPTY")], "", b"").masked(b"EMPTY")


def test_a_credential_in_a_body_is_hidden_there_and_elsewhere() -> None:
    """As that of an MCP server among the tools."""
    body = b'{"tools": [{"type": "mcp", "authorization" : "hunter2 is \\"it\\""}], "password": {"type": "string"}}'
    hidden = redaction((), "", body)
    wanted = body.replace(b'hunter2 is \\"it\\"', b"*" * 17)
    assert (wanted, b"*" * 14) == (hidden.request(body), hidden.masked(b'hunter2 is "it"')[:14])


@given(st.binary(max_size=200), st.lists(st.binary(min_size=8, max_size=12), max_size=3))
def test_masks_are_as_long_as_what_they_hide(data: bytes, secrets: list[bytes]) -> None:
    """So chunks stay where they were; and what was masked is the same when it is masked again."""
    hidden = Redaction(tuple(secrets))
    masked = hidden.masked(data)
    assert (len(data), masked) == (len(masked), Redaction().masked(masked))
