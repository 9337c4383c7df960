"""What would become of a request, asked over the control plane."""

from typing import Any

import pytest

CHAT = {"model": "deepseek-v4-pro", "messages": [{"role": "user", "content": "Hello there"}], "max_tokens": 20}


def test_it_is_explained_in_the_scope_that_is_named(plane: Any) -> None:
    """Its faults strike, and others do not see them."""
    plane.ask("PUT", "/faults?scope=a", [{"do": "status", "status": 503}])
    told = [plane.ask("POST", f"/explain{query}", {"body": CHAT}).json() for query in ("", "?scope=a")]
    assert [("", 200), ("a", 503)] == [(each["scope"], each["answer"]["status"]) for each in told]


def test_nothing_is_left_of_it(plane: Any) -> None:
    """No entry, no scope, no attempt."""
    plane.ask("POST", "/explain?scope=a", {"body": CHAT})
    assert ([], {"scopes": []}) == (plane.entries(), plane.ask("GET", "/scopes").json())
    assert 1 == plane.ask("POST", "/explain", {"body": CHAT}).json()["attempt"]


@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        ({"path": "chat"}, "explain.path"),
        ({"path": "/_sim/faults"}, "explain.path"),
        ({"method": "P T"}, "explain.method"),
        ({"headers": {"a b": "c"}}, "explain.headers"),
        ({"headers": {"a": "b\r\nc"}}, "explain.headers"),
        ({"headers": {"a": "€"}}, "explain.headers"),
        ({"headers": {"a": 5}}, "explain.headers.a"),
        ({"headers": 5}, "explain.headers"),
        ({"attempt": 0}, "explain.attempt"),
        ({"attempt": True}, "explain.attempt"),
        ({"bodi": {}}, "explain.bodi"),
    ],
)
def test_what_is_no_request_is_refused(plane: Any, wanted: Any, where: str) -> None:
    """With the place, as everywhere."""
    answer = plane.ask("POST", "/explain", wanted)
    assert (422, [where]) == (answer.status_code, [field["where"] for field in answer.json()["error"]["fields"]])
