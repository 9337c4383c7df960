"""What the control plane says of what it cannot take: one shape, a sentence for each field, and never a 500."""

from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from novastack_simulators.profile import load_profile

ENGINE = load_profile("qwen3-235b-a22b-vllm").tempo.model_dump(exclude={"kind", "replicas"}, exclude_none=True)
ABYSS = b"[" * 100_000


def places(answer: httpx.Response) -> list[str]:
    """Where the mistakes are, of an answer that refuses."""
    assert 422 == answer.status_code
    return [field["where"] for field in answer.json()["error"]["fields"]]


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("/faults", [{"do": "status", "status": 500, "at": "x"}], ["faults[0].at"]),
        ("/faults", [{"do": "status", "status": 5}], ["faults[0].status"]),
        ("/faults", [{"do": "cut"}, {"do": "x"}], ["faults[1]"]),
        ("/faults", [{"preset": "nope"}], ["faults[0]"]),
        ("/faults", {}, ["faults"]),
        (
            "/stubs",
            [{"name": "a", "priority": 1, "reply": {"error": {"status": 1}}}],
            ["stubs[0].reply.error.status"],
        ),
        ("/tempo", {"kind": "x"}, ["tempo"]),
        ("/tempo", {"first_token": 1}, ["tempo.first_token", "tempo.token_gap"]),
        ("/tempo", {"kind": "engine", "replicas": 0, **ENGINE}, ["tempo.replicas"]),
        ("/quotas", {"requests": 0}, ["quotas.requests"]),
        ("/quotas", {"burst_growth": {"factor": 0}}, ["quotas.burst_growth.factor"]),
        ("/quotas", {"x": 1}, ["quotas.x"]),
        ("/quotas", 5, ["quotas"]),
        ("/framing", {"x": 1}, ["framing.x"]),
        ("/framing", "nope", ["framing"]),
        ("/seed", {"seed": 1.5}, ["seed.seed"]),
        ("/speed", {}, ["speed.speed"]),
        ("/profile", {"profile": "deepseek-v4-pro", "quirks": {"images": []}}, ["profile.quirks.images"]),
    ],
)
def test_the_place_of_a_mistake_is_where_it_stands_in_the_body(
    plane: Any, path: str, body: Any, where: list[str]
) -> None:
    """Without the names that a model of ours has for the branches of a union."""
    assert where == places(plane.ask("PUT", path, body))


@pytest.mark.parametrize("path", ["/faults", "/stubs", "/framing", "/quotas", "/seed", "/speed", "/tempo", "/profile"])
@pytest.mark.parametrize("body", [b"", b"{", b"nope", b"\xff", b"\xff\xfe\x00", b"null", b'{"a":NaN}', ABYSS])
def test_what_is_no_json_or_none_of_ours_is_refused_in_one_shape(plane: Any, path: str, body: bytes) -> None:
    """422 and a sentence, also for bytes that are no text."""
    answer = plane.ask("PUT", path, body)
    assert (422, {"message", "fields"}) == (answer.status_code, {*answer.json()["error"]})
    assert answer.json()["error"]["message"]


def test_json_that_breaks_off_is_told_with_the_character(plane: Any) -> None:
    """Not as a field with a number."""
    error = plane.ask("PUT", "/faults", b'[{"do"}]').json()["error"]
    assert "faults: not JSON: Expecting ':' delimiter (at character 6)" == error["message"]
    assert ["faults"] == [field["where"] for field in error["fields"]]


def test_a_body_that_is_missing_is_asked_for(plane: Any) -> None:
    """In words that say what."""
    assert "speed: expected a body in JSON" == plane.ask("PUT", "/speed").json()["error"]["message"]


def test_a_query_is_named_as_one(plane: Any) -> None:
    """It is no part of a body."""
    assert ["query.limit"] == places(plane.ask("GET", "/journal?limit=x"))


def test_a_scope_that_is_none_is_told_once(plane: Any) -> None:
    """The name of the parameter stands before the sentence, not twice."""
    error = plane.ask("GET", "/faults?scope=%20").json()["error"]
    assert error["message"].startswith("scope: ' ' is no scope: expected letters")


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_a_page_that_there_is_not(plane: Any, method: str) -> None:
    """404, and where the pages are listed."""
    answer = plane.ask(method, "/nowhere")
    assert (404, f"there is no {method} /_sim/nowhere: see /_sim/docs", []) == (
        answer.status_code,
        answer.json()["error"]["message"],
        answer.json()["error"]["fields"],
    )


def test_a_method_that_a_page_does_not_have(plane: Any) -> None:
    """405 with those that it has, in the sentence and in the head (RFC 9110, 15.5.6)."""
    answer = plane.ask("POST", "/faults")
    assert (405, "DELETE, GET, PUT") == (answer.status_code, answer.headers["allow"])
    assert "there is no POST /_sim/faults: expected DELETE, GET, PUT" == answer.json()["error"]["message"]


WORDS = st.sampled_from(
    ["do", "at", "when", "where", "for", "name", "kind", "value", "profile", "quirks", "seed", "speed", "body", "path"]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["faults", "stubs", "framing", "quotas", "seed", "speed", "tempo", "fleet/faults", "fleet/tempo"]),
    ANYTHING,
)
def test_nothing_is_too_odd_to_refuse(lasting: Any, noun: str, odd: Any) -> None:
    """Whatever is put: it is taken, or refused with a sentence; and what is shown afterwards is JSON."""
    answer = lasting.ask("PUT", f"/{noun}", odd)
    assert answer.status_code in (200, 422)
    assert answer.status_code == 200 or answer.json()["error"]["message"]
    assert 200 == lasting.ask("GET", f"/{noun}").status_code
