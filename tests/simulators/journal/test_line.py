"""An entry as it is read: every field, and no key."""

import json

import pytest

from novastack_simulators.journal import TOLD, Differs, Entry, Nearest, batches, fingerprint, line, told
from novastack_simulators.journal.line import BATCH, TURN


def entry(headers: dict[str, str] | None = None, body: bytes = b"", size: int | None = None, **known: object) -> Entry:
    pairs = tuple((name.encode(), text.encode()) for name, text in (headers or {}).items())
    fields = {"sequence": 1, "upstream": "u", "method": "POST", "path": "/", "arrived": 0.0, **known}
    return Entry(headers=pairs, body=body, body_bytes=len(body) if size is None else size, **fields)  # type: ignore[arg-type]


def test_every_field_is_told() -> None:
    """What an entry has, and whether its body was cut."""
    assert {*Entry.__struct_fields__, "truncated"} == {*TOLD} == {*told(entry())}


def test_it_is_json() -> None:
    """On one line, and the nested parts are objects."""
    nearest = Nearest("s", (Differs("model", 'equals "a"', '"b"'),))
    read = json.loads(line(entry(nearest=nearest, body=b'{\n"a": 1}')))
    assert {"prompt": 0, "reasoning": 0, "completion": 0, "sent": 0} == read["tokens"]
    assert {"stub": "s", "differs": [{"part": "model", "wanted": 'equals "a"', "got": '"b"'}]} == read["nearest"]
    assert b"\n" not in line(entry(body=b"{\n}"))


def test_only_what_is_asked_for_is_told() -> None:
    """In the order in which it is asked for."""
    assert ["path", "sequence"] == [*told(entry(), ("path", "sequence"))]


def test_credentials_are_masked() -> None:
    """No header that carries a credential is shown, and no other that has a key in it; the rest is."""
    shown = told(
        entry({
            "authorization": "Bearer sk-secret", "x-api-key": "secret", "cookie": "secret", "accept": "*/*",
            "x-note": "sk-secret-4", "X-Upper": "1",
        })
    )  # fmt: skip
    assert {
        "authorization": "***", "x-api-key": "***", "cookie": "***", "accept": "*/*", "x-note": "sk-***", "x-upper": "1",
    } == shown["headers"]  # fmt: skip


def test_repeated_headers_are_joined() -> None:
    """RFC 9110, 5.3; a credential that came twice is no more to be seen."""
    twice = entry()
    twice.headers = ((b"a", b"1"), (b"cookie", b"x"), (b"a", b"2"), (b"cookie", b"y"))
    assert {"a": "1, 2", "cookie": "***"} == told(twice)["headers"]


def test_a_credential_in_an_expectation_is_masked_but_for_its_fingerprint() -> None:
    """Also one that was refused because it stood there in clear."""
    known = fingerprint("secret")
    text = f"x-api-key: secret, x-team: red, authorization: {known}, cookie : a=b"
    shown = told(entry({"x-sim-expect-absent": text}))["headers"]["x-sim-expect-absent"]
    assert f"x-api-key: ***, x-team: red, authorization: {known}, cookie : ***" == shown


def test_a_key_in_a_body_is_masked() -> None:
    """As in any text."""
    assert '{"note": "sk-***"}' == told(entry(body=b'{"note": "sk-secret-1"}'))["body"]


@pytest.mark.parametrize(
    ("body", "size", "expected"),
    [
        (b"", 0, ("", False)),
        (b"abc", 3, ("abc", False)),
        (b"abc", 9, ("abc", True)),
        ("a€".encode()[:3], 9, ("a", True)),
        (b"a\xff", 2, ("a�", False)),
    ],
)
def test_a_body_says_whether_it_was_cut(body: bytes, size: int, expected: tuple[str, bool]) -> None:
    """A character that was cut at the end is left out; what is no text is shown as such."""
    shown = told(entry(body=body, size=size))
    assert expected == (shown["body"], shown["truncated"])


def test_a_body_that_was_not_taken_has_no_size() -> None:
    """It was too large to be read at all."""
    refused = entry()
    refused.body_bytes = None
    assert (None, "", True) == tuple(told(refused)[name] for name in ("body_bytes", "body", "truncated"))


def test_batches_are_short_in_lines_and_in_bytes() -> None:
    """So that making one takes little time; there is one even of nothing."""
    assert [[]] == list(batches(()))
    many = list(batches([entry()] * (BATCH + 1)))
    assert [BATCH, 1] == [len(batch) for batch in many]
    long = list(batches([entry(body=b"x" * TURN)] * 2))
    assert [1, 1, 0] == [len(batch) for batch in long]
