"""Splicing changes the named member and nothing else (cases JSN-02, JSN-01)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_gateway import splice

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6) | st.just("model"), inner, max_size=3)
    ),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=6), VALUES, max_size=5)


@given(OBJECTS, OBJECTS, st.text(max_size=9), st.booleans(), st.sampled_from([None, 1]))
def test_only_the_model_changes(
    before: dict[str, Any], after: dict[str, Any], model: str, ascii_only: bool, indent: int | None
) -> None:
    """Whatever stands around it, nested members of the same name too, stays byte for byte."""
    before, after = ({key: value for key, value in part.items() if key != "model"} for part in (before, after))
    mark = "the-one-that-is-replaced"
    text = json.dumps({**before, "model": mark, **after}, ensure_ascii=ascii_only, indent=indent)
    head, _, tail = text.partition(f'"{mark}"')
    changed = splice.replace_model(text.encode(errors="surrogatepass"), model)
    assert head.encode(errors="surrogatepass") == changed[: len(head.encode(errors="surrogatepass"))]
    assert changed.endswith(tail.encode(errors="surrogatepass"))
    assert model == json.loads(changed)["model"]


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":9007199254740993,"model":"x","b":1e-7,"c":-0.0,"d":1.0,"e":1}',
        b'{"model" : "x" , "s":"\\u00e9\\/\\ud83d\\ude00"}',
        b'{"messages":[{"model":"x"}],"model":\n "x"\t}',
        b' {"z":1,"a":"\\"model\\":","model":"x"}\n',
        b'{"tools":[{"parameters":{"properties":{"model":{"type":"string"}}}}],"model":"x"}',
    ],
)
def test_numbers_escapes_order_and_space_survive(text: bytes) -> None:
    """There and back again is the original text."""
    there = splice.replace_model(text, "somebody/else")
    assert "somebody/else" == json.loads(there)["model"]
    assert text == splice.replace_model(there, "x")


@pytest.mark.parametrize(
    "text",
    [
        b'{"model":"a","model":"b"}',
        b'{"model":"a","x":{"model":1},"model":"a"}',
        b'{"model":"a","\\u006dodel":"b"}',
        b'{"\\u006dodel":"b","model":"a"}',
        b'{"model":"a","m\\u006Fdel":"b"}',
        b'{"model":"a","m\\u006f\\u0064\\u0065\\u006c":"b"}',
    ],
)
def test_a_member_that_stands_twice_is_refused(text: bytes) -> None:
    """Two readers could read two models, however the second is spelt."""
    with pytest.raises(splice.DuplicateMember, match="model"):
        splice.replace_model(text, "x")


def test_an_absent_member_is_put_in_front() -> None:
    """The rest of the text stays as it is."""
    assert b'{"b":2,"a": 1}' == splice.replace(b'{"a": 1}', {"b": b"2"})


def test_several_members_at_once() -> None:
    """Places are found before anything moves."""
    changed = splice.replace(b'{"a":1,"b":[2,{"a":3}],"c":4}', {"a": b"10", "c": b"40"})
    assert b'{"a":10,"b":[2,{"a":3}],"c":40}' == changed


def test_members_are_found_with_their_exact_places() -> None:
    """Names are decoded, and values begin and end without the space around them."""
    text = b'{ "\\u0061" : [1, 2] , "b":"}" }'
    assert [("a", b"[1, 2]"), ("b", b'"}"')] == [(name, text[begin:end]) for name, begin, end in splice.members(text)]


def test_ten_megabytes_of_text_take_no_recursion() -> None:
    """A long prompt in front of the model is walked over, not climbed into."""
    text = b'{"messages":"' + b'x\\"' * 3_000_000 + b'","model":"a"}'
    assert text[:-4] + b'"b"}' == splice.replace_model(text, "b")
