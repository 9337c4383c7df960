"""Starting again, all of it or one scope."""

from typing import Any

STUB = {"name": "a", "priority": 1, "reply": {"text": "canned"}}


def test_reset_forgets_everything(client: Any) -> None:
    """Journal, armed faults and attempts start again."""
    client.arm({"do": "status", "status": 500})
    client.ask()
    assert 204 == client.http.post(f"{client.endpoint.control_url}/reset").status_code
    assert [] == client.journal()
    assert 200 == client.ask().status_code
    assert 1 == client.journal()[0]["attempt"]


def test_what_was_set_at_run_time_is_as_configured_again(plane: Any) -> None:
    """Stubs, framing, quotas and seed, in every scope."""
    before = [plane.ask("GET", f"/{noun}").json() for noun in ("stubs", "framing", "seed")]
    plane.ask("PUT", "/stubs", [STUB])
    plane.ask("PUT", "/framing", "one-byte")
    plane.ask("PUT", "/seed", {"seed": 9})
    plane.ask("PUT", "/seed?scope=a", {"seed": 9})
    plane.ask("POST", "/reset")
    assert before == [plane.ask("GET", f"/{noun}").json() for noun in ("stubs", "framing", "seed")]
    assert {"scopes": []} == plane.ask("GET", "/scopes").json()


def test_how_it_is_set_up_stays(plane: Any) -> None:
    """Profile, tempo and speed are no state of a test."""
    plane.ask("PUT", "/speed", {"speed": 7})
    plane.ask("POST", "/reset")
    assert {"speed": 7.0} == plane.ask("GET", "/speed").json()


def test_one_scope_starts_again_alone(plane: Any) -> None:
    """What others have set and what of them arrived stays."""
    for scope in ("a", "b"):
        plane.ask("PUT", f"/stubs?scope={scope}", [STUB])
        plane.chat(**{"x-sim-scope": scope})
    assert 204 == plane.ask("POST", "/reset?scope=a").status_code
    assert [0, 1] == [len(plane.ask("GET", f"/stubs?scope={scope}").json()) for scope in ("a", "b")]
    assert ["b"] == [entry["scope"] for entry in plane.entries()]
