"""Whatever an endpoint says, the judge answers with verdicts: no reply makes it fail."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from novastack_contracts import Profile, Target
from novastack_contracts.exchange import Exchange, Piece, Record
from novastack_contracts.plan import PLAN, call
from novastack_contracts.report import Report
from novastack_contracts.reports import REPORTS
from novastack_contracts.runner import judge

TARGET = Target.parse("http://h", model="m", key="k")
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
_FUNCTION = st.fixed_dictionaries({}, optional={"name": _JSON, "arguments": _JSON})
_CALL = st.fixed_dictionaries(
    {}, optional={"id": _JSON, "index": _JSON | st.integers(-1, 3), "function": _FUNCTION | _JSON}
)
_SAID = st.fixed_dictionaries(
    {}, optional={"role": _JSON, "content": _JSON, "tool_calls": st.lists(_CALL, max_size=2) | _JSON}
)
_CHOICE = st.fixed_dictionaries(
    {},
    optional={
        "index": st.integers(-1, 2) | _JSON,
        "message": _SAID | _JSON,
        "delta": _SAID | _JSON,
        "finish_reason": _JSON | st.sampled_from(["stop", "length", "tool_calls"]),
    },
)
_USAGE = st.fixed_dictionaries(
    {}, optional={"prompt_tokens": _JSON, "total_tokens": _JSON, "completion_tokens_details": _JSON}
)
_BODY = st.fixed_dictionaries(
    {},
    optional={
        "id": _JSON,
        "object": st.sampled_from(["chat.completion", "list"]) | _JSON,
        "created": _JSON,
        "choices": st.lists(_CHOICE, max_size=2) | _JSON,
        "usage": _USAGE | _JSON,
        "error": st.fixed_dictionaries({}, optional={"message": _JSON, "code": _JSON}) | _JSON,
        "data": st.lists(_JSON, max_size=2) | _JSON,
    },
)


def _record(body: bytes, status: int) -> Record:
    return Record(
        Exchange(name=name, call=call(ask, TARGET), status=status, pieces=(Piece(0.1, body),), sent_at=1.8e9)
        for name, ask in PLAN.items()
    )


def _judged(body: bytes, status: int = 200) -> None:
    results = judge(_record(body, status))
    report = Report(target=TARGET, results=results, requests=1, seconds=0.1, started_at="now")
    for render in REPORTS.values():
        for profile in Profile:
            render(report, profile).encode("utf-8")


@settings(max_examples=40, deadline=None)
@given(st.one_of(_BODY, _JSON), st.sampled_from([200, 201, 204, 302, 400, 404, 500]))
def test_any_json_is_judged(value: Any, status: int) -> None:
    """Objects with the right keys and the wrong values everywhere, under any status."""
    _judged(json.dumps(value).encode(), status)


@settings(max_examples=40, deadline=None)
@given(st.lists(_BODY | _JSON, max_size=4))
def test_any_stream_of_json_is_judged(values: list[Any]) -> None:
    """Chunks with the right keys and the wrong values everywhere."""
    _judged(b"".join(b"data: " + json.dumps(value).encode() + b"\n\n" for value in values))


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_judged(body: bytes) -> None:
    """Neither JSON nor text."""
    _judged(body)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 20_000,
        b'{"a":' * 20_000,
        b'data: {"a":' + b"[" * 20_000 + b"\n\n",
        b'{"error": {"message": "\\ud800 \\u001b[31m"}}',
        b'{"created": ' + b"9" * 5000 + b"}",
        b'{"id": "\\ud800", "object": "chat.completion", "choices": []}',
    ],
    ids=["deep_list", "deep_object", "deep_event", "surrogate_and_escape", "huge_number", "surrogate_id"],
)
def test_hostile_bodies_are_judged(body: bytes) -> None:
    """Nesting without end, numbers without end, half characters, terminal escapes."""
    _judged(body)
    _judged(body, 400)
