"""What a request expects of its own arrival: met, not met, and not to be read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.dialects import DIALECTS
from novastack_simulators.expectations import (
    SUBJECTS,
    Arrived,
    Expectations,
    check,
    read,
    refused,
    spoken,
    unmet,
    words,
)
from novastack_simulators.journal import fingerprint
from novastack_simulators.refusal import Refusal

PAGE = Path(__file__).parents[2] / "docs" / "expectations.md"
BODY = b'{"model": "m", "n": 1, "on": true, "messages": [{"content": "a, b"}], "user": null, "api_key": "k-secret"}'
FIELDS = {
    "x-team": "red",
    "accept": "a, b",
    "x-count": "12",
    "authorization": "Bearer sk-secret-1",
    "x-api-key": "k-secret",
}


def arrived(**changes: Any) -> Arrived:
    default = Arrived("/chat/completions", FIELDS, lambda: msgspec.json.decode(BODY), "deepseek-v4-pro")
    return default._replace(**changes)


def judged(subject: str, text: str, **changes: Any) -> str | None:
    return unmet(read({f"x-sim-expect-{subject}": text}), arrived(**changes))


def complaint(expected: Any) -> str:
    with pytest.raises(Refusal) as caught:
        expected()
    return str(caught.value.details["message"])


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("path", "/chat/completions"),
        ("path", "/v1/messages, /chat/completions"),
        ("path", "~^/chat/"),
        ("path", '"/chat/completions"'),
        ("upstream", "deepseek-v4-pro"),
        ("upstream", "qwen, ~^deepseek-"),
        ("header", "x-team"),
        ("header", "X-Team: red"),
        ("header", 'x-team: red, accept: "a, b",, x-count: ~^[0-9]{1,2}$'),
        ("header", r'x-count: ~"^\d{1,2}$"'),
        ("header", "authorization"),
        ("header", f"authorization: {fingerprint('sk-secret-1')}, x-api-key: {fingerprint('k-secret')}"),
        ("absent", "x-other, te"),
        ("absent", "x-team: blue, x-team: ~^blue"),
        ("absent", f"authorization: {fingerprint('sk-of-the-client')}"),
        ("body", "model = m, n = 1, on = true, user = null, messages[0].content"),
        ("body", 'model="m",messages[0].content = "a, b",messages = [{"content": "a, b"}]'),
        ("body", r"messages[0].content ~ ^a\,, messages ~ content, !metadata, !messages[1]"),
        ("body", f"api_key = {fingerprint('k-secret')}"),
    ],
)
def test_what_is_as_expected_passes(subject: str, text: str) -> None:
    """Every form of every subject."""
    assert None is judged(subject, text)


@pytest.mark.parametrize(
    ("subject", "text", "sentence"),
    [
        ("path", "/v1/chat", 'path: wanted "/v1/chat", got "/chat/completions"'),
        ("path", "/a, ~^/b", 'path: wanted "/a" or what matches "^/b", got "/chat/completions"'),
        ("upstream", "qwen", 'upstream: wanted "qwen", got "deepseek-v4-pro"'),
        ("header", "x-other", "header x-other: wanted any value, got nothing"),
        ("header", "x-team: blue", 'header x-team: wanted "blue", got "red"'),
        ("header", "x-team: Red", 'header x-team: wanted "Red", got "red"'),
        ("header", "x-team: ~^b", 'header x-team: wanted what matches "^b", got "red"'),
        ("absent", "x-team", 'absent x-team: wanted nothing, got "red"'),
        ("absent", "x-team: red", 'absent x-team: wanted anything but "red", got "red"'),
        ("absent", "x-team: ~e", 'absent x-team: wanted anything but what matches "e", got "red"'),
        ("body", "model = x", 'body model: wanted "x", got "m"'),
        ("body", 'n = "1"', 'body n: wanted "1", got 1'),
        ("body", "on = 1", "body on: wanted 1, got true"),
        ("body", "metadata", "body metadata: wanted any value, got nothing"),
        ("body", "!n", "body n: wanted nothing, got 1"),
        ("body", "model ~ ^x", 'body model: wanted what matches "^x", got "m"'),
    ],
)
def test_what_is_not_is_told(subject: str, text: str, sentence: str) -> None:
    """What was expected, what was wanted, what was got."""
    assert sentence == judged(subject, text)


def test_each_that_is_not_met_is_told() -> None:
    """In the order of the headers; those that are met are not."""
    fields = {
        "x-sim-expect-path": "/a",
        "x-sim-expect-upstream": "deepseek-v4-pro",
        "x-sim-expect-body": "n = 2, n = 1",
    }
    expected = 'path: wanted "/a", got "/chat/completions"; body n: wanted 2, got 1'
    assert expected == unmet(read(fields), arrived())


def test_a_credential_is_told_by_its_fingerprint() -> None:
    """Wherever it stands, and never in clear."""
    told = [judged("absent", "authorization, x-api-key"), judged("body", "!api_key")]
    assert f'absent authorization: wanted nothing, got "{fingerprint("sk-secret-1")}"' in str(told[0])
    assert f'body api_key: wanted nothing, got "{fingerprint("k-secret")}"' == told[1]
    assert "secret" not in str(told)


def test_a_body_that_is_no_json_has_nothing_in_it() -> None:
    """What must be there is missing; what must not be is not."""
    broken = {"json": lambda: msgspec.json.decode(b"{")}
    assert "body model: wanted any value, got nothing" == judged("body", "model", **broken)
    assert None is judged("body", "!model", **broken)


def test_the_body_is_read_only_if_it_must_be() -> None:
    """Other expectations leave it alone."""

    def fail() -> Any:
        raise AssertionError("the body was read")

    assert None is judged("path", "/chat/completions", json=fail)


def test_without_expectations_nothing_is_expected() -> None:
    """The mass of requests."""
    assert () == read(FIELDS)
    assert None is unmet((), arrived())
    check((), arrived())


@pytest.mark.parametrize(
    ("subject", "text", "reason"),
    [
        ("model", "m", "no expectation has that name: expected one of path, header, absent, body, upstream"),
        ("path", " , ", "nothing is expected"),
        ("path", '"/a', "without its other half"),
        ("path", "/a]", "without its other half"),
        ("path", '"/a"b', "behind the closing quote"),
        ("path", "~(", "'(' is not a pattern"),
        ("header", "x team: red", '"x team" is not the name of a header'),
        ("header", "authorization: Bearer sk-secret-1", "named by its fingerprint"),
        ("absent", "x-api-key: ~^k", "named by its fingerprint"),
        ("body", "api_key = k-secret", "named by its fingerprint"),
        ("body", "a..b", "'a..b' cannot be read at character 2"),
        ("body", "a = {1}", "is not JSON"),
        ("body", "a =", "is not JSON"),
        ("body", "!a = 1", "is none of path, !path, path = value, path ~ pattern"),
        ("body", "a b", "is none of path, !path, path = value, path ~ pattern"),
    ],
)
def test_what_cannot_be_read_is_refused(subject: str, text: str, reason: str) -> None:
    """With the name of the header and the reason, and no key."""
    message = complaint(lambda: read({f"x-sim-expect-{subject}": text}))
    assert message.startswith(f"An expectation of the request cannot be read: x-sim-expect-{subject}: ")
    assert reason in message
    assert "secret" not in message


def test_the_prompt_may_say_it_too() -> None:
    """Several words in a directive, several directives in a text; a bracket of a path may end it."""
    text = (
        'Hi [[sim expect-upstream=deepseek-v4-pro expect-body="messages[0].content ~ \\"a, b\\""]] and '
        "[[sim  expect-path=/chat/completions expect-body=messages[0]]] bye [[sim overloaded]]"
    )
    subjects = [expectation.subject for expectation in spoken(text)]
    assert ["upstream", "body", "path", "body"] == subjects
    assert None is unmet(spoken(text), arrived())
    assert 'upstream: wanted "x", got "deepseek-v4-pro"' == unmet(spoken("[[sim expect-upstream=x]]"), arrived())


def test_a_prompt_without_a_directive_expects_nothing() -> None:
    """Also one with other directives."""
    assert () == spoken('plain, [[sim overloaded]], [[sim {"do": "rst"}]], expect-path=/x, [[simexpect-path=/x]]')


@pytest.mark.parametrize(
    "text", ["[[sim expect-path]]", "[[sim expect-path=/x", "[[sim expect-nope=1]]", "[[sim expect-path=/x {}]]"]
)
def test_a_directive_that_cannot_be_read_is_refused(text: str) -> None:
    """A test that aims past its target must not pass."""
    assert "cannot be read" in complaint(lambda: spoken(text))


def test_words_end_where_they_end() -> None:
    """What follows is for somebody else."""
    assert ((("a", "1"), ("b", 'x "y" \\d')), 21) == words(r'a=1 b="x \"y\" \d"   rest', 0)
    assert ((), 3) == words("no words", 3)


@pytest.mark.parametrize("name", DIALECTS)
def test_every_provider_refuses_in_its_own_shape(name: str) -> None:
    """A bad request, which is neither sent again nor turned into something else, with the sentence in it."""
    refusal = refused('path: wanted "/a", got "/{b}"')
    shape, text = DIALECTS[name].refuse(refusal)
    assert (400, True) == (
        shape.status,
        'An expectation of the request was not met: path: wanted "/a", got "/{b}"' in text,
    )
    assert 'path: wanted "/a", got "/{b}"' == refusal.details["expectation"]


def test_check_raises_it() -> None:
    """For whoever answers."""
    with pytest.raises(Refusal) as caught:
        check(read({"x-sim-expect-path": "/a"}), arrived())
    assert 'path: wanted "/a", got "/chat/completions"' == caught.value.details["expectation"]


NAMES = st.sampled_from([*SUBJECTS, "other"])
TEXTS = st.text(st.sampled_from('abn/=~!":,.[]{}\\ 01'), max_size=12) | st.text(max_size=8)


def said(reading: Callable[[], Expectations]) -> str | None:
    """What is not met, or what cannot be read."""
    try:
        return unmet(reading(), arrived())
    except Refusal as refusal:
        return str(refusal.details["expectation"])


@given(st.dictionaries(NAMES, TEXTS, max_size=3), TEXTS)
def test_whatever_is_expected_is_judged_or_refused(given_: dict[str, str], prompt: str) -> None:
    """Never anything else, and never without a sentence."""
    fields = {f"x-sim-expect-{name}": text for name, text in given_.items()}
    assert "" not in (said(lambda: read(fields)), said(lambda: spoken(f"[[sim expect-{prompt}]]")))


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20))
def test_any_value_can_be_said_in_quotes(value: str) -> None:
    """A quote and a backslash behind a backslash each."""
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    assert None is judged("header", f'x-any: "{quoted}"', fields={"x-any": value})


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_page_has_a_row_for_every_subject(subject: str) -> None:
    """By the name of its header."""
    assert f"| `x-sim-expect-{subject}` |" in PAGE.read_text(encoding="utf-8")
