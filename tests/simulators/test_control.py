"""The control plane: about, journal, reset, faults, docs."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


def test_about(client: Any) -> None:
    """Who the upstream is."""
    about = client.http.get(client.endpoint.control_url).json()
    expected = {
        "upstream": client.endpoint.name,
        "profile": client.endpoint.profile,
        "dialect": client.endpoint.dialect,
        "models": list(client.endpoint.models),
        "seed": 0,
        "speed": 1000.0,
    }
    assert expected == about


def test_the_journal_tells_of_a_request(client: Any) -> None:
    """Every field that the ledger joins on, and no key."""
    reply = client.post(client.body("hi canary:abcd-1"), **{"x-request-id": "req-7"})
    (entry,) = client.journal(request_id="req-7")
    assert (200, "abcd-1", 1, False) == (reply.status_code, entry["canary"], entry["attempt"], entry["stream"])
    assert entry["arrived"] <= entry["first_byte"] <= entry["last_byte"]
    assert entry["tokens"]["completion"] == entry["tokens"]["sent"] > 0
    assert entry["key"].startswith("sha256:")
    assert client.endpoint.api_key not in str(entry)
    assert [entry] == client.journal(canary="abcd-1")
    assert [] == client.journal(canary="other")


def test_a_refused_request_is_in_the_journal_too(client: Any) -> None:
    """Also one with a wrong key, of which only the fingerprint is kept."""
    client.post({}, authorization="Bearer sk-wrong-key-here")
    (entry,) = client.journal()
    assert 401 == entry["status"]
    assert "sk-wrong-key-here" not in str(entry)


def test_reset_forgets_everything(client: Any) -> None:
    """Journal, armed faults and attempts start again."""
    client.arm({"do": "status", "status": 500})
    client.ask()
    assert 204 == client.http.post(f"{client.endpoint.control_url}/reset").status_code
    assert [] == client.journal()
    assert 200 == client.ask().status_code
    assert 1 == client.journal()[0]["attempt"]


def test_a_body_is_json_whatever_its_content_type(client: Any) -> None:
    """What curl sends without a header of its own is taken too."""
    url, form = f"{client.endpoint.control_url}/faults", {"content-type": "application/x-www-form-urlencoded"}
    reply = client.http.put(url, content=b'[{"do": "status", "status": 500}]', headers=form)
    assert (200, ["status"]) == (reply.status_code, [fault["do"] for fault in reply.json()])


def test_the_docs_page_needs_no_network(client: Any) -> None:
    """Its scripts and styles come from the simulator itself."""
    page = client.http.get(f"{client.endpoint.control_url}/docs").text
    assert "/_sim/static/swagger-ui-bundle.js" in page
    assert "https://" not in page
    assert 200 == client.http.get(f"{client.endpoint.control_url}/static/swagger-ui-bundle.js").status_code


def test_faults_are_replaced_and_removed(client: Any) -> None:
    """PUT replaces the list, GET shows it, DELETE empties it."""
    fault = {"do": "stall", "at": {"after_tokens": 3}, "when": {"nth": 2}, "for": 1.5}
    assert [fault] == client.arm(fault).json()
    url = f"{client.endpoint.control_url}/faults"
    assert [fault] == client.http.get(url).json()
    assert 204 == client.http.delete(url).status_code
    assert [] == client.http.get(url).json()


def test_a_bad_list_changes_nothing_and_names_each_field(client: Any) -> None:
    """Atomic: the good fault of a bad list is not armed."""
    client.arm({"do": "cut"})
    answer = client.arm({"do": "cut"}, {"do": "explode"}, {"do": "cut", "at": "x"}, {"do": "stall", "for": -1})
    assert 422 == answer.status_code
    assert ["faults[1]", "faults[2].at", "faults[3].for"] == [
        field["where"] for field in answer.json()["error"]["fields"]
    ]
    assert [{"do": "cut", "at": "before_headers", "when": "always"}] == client.http.get(
        f"{client.endpoint.control_url}/faults"
    ).json()


@pytest.mark.parametrize("body", [b"{", b"{}", b"null", b'"x"', b"[1]"])
def test_any_bad_list_is_422(client: Any, body: bytes) -> None:
    """Never a 500, whatever is sent."""
    answer = client.http.put(
        f"{client.endpoint.control_url}/faults", content=body, headers={"content-type": "application/json"}
    )
    assert 422 == answer.status_code
    assert "faults" in answer.json()["error"]["message"]


@pytest.mark.parametrize("page", ["docs", "openapi.json"])
def test_the_documentation_is_served(client: Any, page: str) -> None:
    """FastAPI's own pages, under /_sim."""
    assert 200 == client.http.get(f"{client.endpoint.control_url}/{page}").status_code


def test_control_needs_no_key_and_knows_its_limits(client: Any) -> None:
    """A bad query is a 422 that names it; an unknown page is a 404."""
    assert "limit" in client.http.get(f"{client.endpoint.control_url}/journal?limit=x").json()["error"]["message"]
    assert 404 == client.http.get(f"{client.endpoint.control_url}/nowhere").status_code


STUB: dict[str, Any] = {
    "name": "a",
    "priority": 3,
    "match": {"header": {"x-team": {"equals": "red"}}, "json": {"user": {"equals": None}}},
    "reply": {"text": "hi", "usage": {"completion": 5}},
}


def stubs_url(client: Any) -> str:
    return f"{client.endpoint.control_url}/stubs"


def test_stubs_are_replaced_and_removed(client: Any) -> None:
    """PUT replaces the list, GET shows it as it was given, DELETE empties it."""
    assert [] == client.http.get(stubs_url(client)).json()
    assert [STUB] == client.http.put(stubs_url(client), json=[STUB]).json()
    assert [STUB] == client.http.get(stubs_url(client)).json()
    assert 204 == client.http.delete(stubs_url(client)).status_code
    assert [] == client.http.get(stubs_url(client)).json()


def test_what_is_shown_can_be_put_again(client: Any) -> None:
    """Short forms are written out, names of headers are in lower case."""
    given = {**STUB, "match": {"model": "m", "header": {"X-Team": "red"}}}
    shown = client.http.put(stubs_url(client), json=[given]).json()
    assert {"model": {"equals": "m"}, "header": {"x-team": {"equals": "red"}}} == shown[0]["match"]
    assert shown == client.http.put(stubs_url(client), json=shown).json()


def test_a_bad_list_of_stubs_changes_nothing_and_names_each_field(client: Any) -> None:
    """Atomic, with the place of every mistake."""
    client.http.put(stubs_url(client), json=[STUB])
    bad = [
        {**STUB, "name": "b"},
        {**STUB, "priority": "high"},
        {**STUB, "match": {"last_message": {"matches": "("}}},
        {**STUB, "match": {"json": {"a..b": 1}}},
        {**STUB, "reply": {"text": "{{ nothing }}"}},
        {**STUB, "reply": {"sequence": []}},
        {**STUB, "reply": {"sequence": [{"text": "a"}, {"error": {"status": 200}}]}},
        {**STUB, "replies": 1},
    ]
    answer = client.http.put(stubs_url(client), json=bad)
    assert 422 == answer.status_code
    assert [
        "stubs[1].priority",
        "stubs[2].match.last_message.matches",
        "stubs[3].match.json",
        "stubs[4].reply.text",
        "stubs[5].reply.sequence",
        "stubs[6].reply.sequence[1].error.status",
        "stubs[7].replies",
    ] == [field["where"] for field in answer.json()["error"]["fields"]]
    assert [STUB] == client.http.get(stubs_url(client)).json()


def test_two_stubs_of_one_name_are_refused(client: Any) -> None:
    """The journal tells them by their names."""
    answer = client.http.put(stubs_url(client), json=[STUB, STUB])
    assert (422, "stubs: the name 'a' is used more than once, at [0], [1]") == (
        answer.status_code,
        answer.json()["error"]["message"],
    )


@pytest.mark.parametrize("body", [b"{", b"{}", b"null", b'"x"', b"[1]", b'[{"name": "status"}]'])
def test_any_bad_list_of_stubs_is_422(client: Any, body: bytes) -> None:
    """Never a 500, whatever is sent."""
    answer = client.http.put(stubs_url(client), content=body)
    assert 422 == answer.status_code
    assert "stubs" in answer.json()["error"]["message"]


def test_reset_removes_the_stubs_of_run_time(client: Any) -> None:
    """The configured ones, here none, are in force again."""
    client.http.put(stubs_url(client), json=[STUB])
    client.http.post(f"{client.endpoint.control_url}/reset")
    assert [] == client.http.get(stubs_url(client)).json()


WORDS = st.sampled_from(["name", "priority", "match", "reply", "text", "json", "header", "sequence", "equals", "a"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60)
@given(ANYTHING, st.dictionaries(st.sampled_from(["match", "reply", "priority"]), ANYTHING))
def test_no_list_of_stubs_is_too_odd_to_refuse(fleet: Any, odd: Any, change: dict[str, Any]) -> None:
    """Whatever is put: it is taken, or refused with a sentence."""
    client = fleet["deepseek"]
    for body in (odd, [{**STUB, **change}]):
        answer = client.http.put(stubs_url(client), json=body)
        assert answer.status_code in (200, 422)
        assert answer.status_code == 200 or answer.json()["error"]["message"]
