"""What arrived, as the control plane tells it; on a socket, following and waiting: test_journal_on_the_wire.py."""

from typing import Any

import pytest


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


def test_only_the_fields_that_are_asked_for_are_told(plane: Any) -> None:
    """In the form that is asked for."""
    plane.chat()
    fields = {"fields": "status,attempt"}
    assert [{"status": 200, "attempt": 1}] == plane.ask("GET", "/journal", params=fields).json()["entries"]
    lines = plane.ask("GET", "/journal", params={**fields, "format": "ndjson"})
    assert ('{"status":200,"attempt":1}\n', "application/x-ndjson") == (lines.text, lines.headers["content-type"])


def test_it_counts_and_verifies(plane: Any) -> None:
    """What is claimed is true or not, with what was found."""
    plane.chat()
    plane.chat(**{"x-sim-scope": "a"})
    assert [2, 1] == [plane.ask("GET", f"/journal/count{query}").json()["count"] for query in ("", "?scope=a")]
    told = [plane.ask("POST", "/journal/verify", {"exactly": count}).json()["ok"] for count in (1, 2)]
    assert [False, True] == told


def test_what_is_waited_for_may_be_there_already(plane: Any) -> None:
    """Or never come: 408, with what came nearest."""
    plane.chat()
    assert 200 == plane.ask("GET", "/journal/wait?status=200").status_code
    answer = plane.ask("GET", "/journal/wait?status=503&timeout=0")
    assert 408 == answer.status_code
    assert answer.json()["error"]["message"].startswith("waited 0 s: ")


def test_forgetting_one_scope_keeps_the_others(plane: Any) -> None:
    """Without a scope all of it goes."""
    for scope in ("a", "b"):
        plane.chat(**{"x-sim-scope": scope})
    assert 204 == plane.ask("DELETE", "/journal?scope=a").status_code
    assert ["b"] == [entry["scope"] for entry in plane.entries()]
    plane.ask("DELETE", "/journal")
    assert [] == plane.entries()


@pytest.mark.parametrize("query", ["fields=nope", "limit=x", "status=x", "nope=1", "format=xml"])
def test_a_query_that_makes_no_sense_is_refused(plane: Any, query: str) -> None:
    """Rather than read as none."""
    assert 422 == plane.ask("GET", f"/journal?{query}").status_code
