"""How an upstream is set up, changed while it runs: profile, tempo, speed."""

from pathlib import Path
from typing import Any

import pytest

from novastack_simulators.profile import load_profile

VLLM = "qwen3-235b-a22b-vllm"


def figure(value: float) -> dict[str, Any]:
    return {"kind": "constant", "value": value, "source": "a test", "sure": "assumed"}


STEADY = {"kind": "fitted", "first_token": figure(1.0), "token_gap": figure(0.1)}


def planned(plane: Any, sequence: int) -> Any:
    return plane.ask("GET", f"/journal/{sequence}/times").json()["planned"]


def test_the_tempo_is_put_and_taken_back(plane: Any) -> None:
    """The next answer has it; DELETE brings the profile's own again."""
    own = plane.ask("GET", "/tempo").json()
    assert STEADY["first_token"] == plane.ask("PUT", "/tempo", STEADY).json()["first_token"]
    plane.chat()
    assert (1.0, 1.1) == (planned(plane, 1)[0], planned(plane, 1)[2])
    assert own == plane.ask("DELETE", "/tempo").json() == plane.ask("GET", "/tempo").json()


def test_the_speed_shortens_the_answers_that_follow(plane: Any) -> None:
    """Twice as fast is half the time."""
    plane.ask("PUT", "/tempo", STEADY)
    plane.ask("PUT", "/speed", {"speed": 2})
    plane.chat()
    assert (0.5, {"speed": 2.0}, 2.0) == (
        planned(plane, 1)[0],
        plane.ask("GET", "/speed").json(),
        plane.ask("GET", "").json()["speed"],
    )


def test_an_engine_can_take_over(plane: Any) -> None:
    """Its figures are shown, and it makes the tokens of the next answer, of whatever dialect."""
    engine = load_profile(VLLM).tempo.model_dump(mode="json", exclude_none=True)
    assert "engine" == plane.ask("PUT", "/tempo", engine).json()["kind"]
    assert "engine" == plane.explained()["answer"]["made_by"]
    status, body = plane.chat()
    assert (200, True) == (status, body.endswith(b"data: [DONE]\n\n"))
    plane.ask("DELETE", "/tempo")
    assert "schedule" == plane.explained()["answer"]["made_by"]


def test_a_profile_of_another_dialect_speaks_that_dialect(plane: Any) -> None:
    """At its paths, with its models, and with its own tempo; the control plane says so."""
    plane.ask("PUT", "/tempo", STEADY)
    shown = plane.ask("PUT", "/profile", {"profile": "claude-opus-4-7"}).json()
    assert "claude-opus-4-7" == shown["model"] == plane.ask("GET", "/profile").json()["model"]
    about = plane.ask("GET", "").json()
    assert ("anthropic", ["claude-opus-4-7"]) == (about["dialect"], about["models"])
    assert b"event: message_stop" in plane.chat()[1]
    assert shown["tempo"] == plane.ask("GET", "/tempo").json() != STEADY


def test_quirks_come_with_the_profile(plane: Any) -> None:
    """And go with the next."""
    changed = plane.ask("PUT", "/profile", {"profile": "deepseek-v4-pro", "quirks": {"caching": False}}).json()
    assert False is changed["quirks"]["caching"]
    assert True is plane.ask("PUT", "/profile", {"profile": "deepseek-v4-pro"}).json()["quirks"]["caching"]


def test_a_profile_of_ones_own_is_taken_from_its_file(plane: Any, tmp_path: Path) -> None:
    """By its path."""
    file = tmp_path / "mine.yaml"
    file.write_text("extends: deepseek-v4-pro\nmodels: [mine]\n", encoding="utf-8")
    assert ["mine"] == plane.ask("PUT", "/profile", {"profile": str(file)}).json()["models"]
    assert 200 == plane.chat({"model": "mine"})[0]


def test_another_profile_forgets_what_was_armed_for_the_old_one(plane: Any) -> None:
    """The configured faults, stubs and quotas are in force again, in every scope; the journal stays."""
    plane.chat()
    plane.ask("PUT", "/faults", [{"do": "empty_choices"}])
    plane.ask("PUT", "/faults?scope=a", [{"do": "empty_choices"}])
    plane.ask("PUT", "/profile", {"profile": "claude-opus-4-7"})
    assert [[], []] == [plane.ask("GET", f"/faults{query}").json() for query in ("", "?scope=a")]
    assert 1 == len(plane.entries())


@pytest.mark.parametrize(("path", "body"), [("/speed", {"speed": 3}), ("/tempo", STEADY)])
def test_another_speed_or_tempo_keeps_what_was_armed(plane: Any, path: str, body: Any) -> None:
    """Faults, attempts and what was used of the quotas."""
    plane.ask("PUT", "/quotas", {"requests": 1})
    plane.chat()
    plane.ask("PUT", "/faults", [{"do": "cut"}])
    before = plane.upstream().scopes.whole.state()
    plane.ask("PUT", path, body)
    assert before == plane.upstream().scopes.whole.state()
    assert 2 == plane.explained()["attempt"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/profile", {"profile": "nope"}),
        ("/profile", {"profile": "nope.yaml"}),
        ("/profile", {"profile": "a\0.yaml"}),
        ("/profile", {"profile": ""}),
        ("/profile", {"profile": "deepseek-v4-pro", "quirks": {"nope": 1}}),
        ("/tempo", {"kind": "nope"}),
        ("/tempo", {"kind": "engine"}),
        ("/speed", {"speed": 0}),
        ("/speed", {"speed": 0.0009}),
        ("/speed", {"speed": True}),
        ("/speed", {"speed": "2"}),
    ],
)
def test_what_cannot_be_changes_nothing(plane: Any, path: str, body: Any) -> None:
    """Neither the setting nor the configuration that a later change starts from."""
    before = plane.fleet.state()
    assert 422 == plane.ask("PUT", path, body).status_code
    assert before == plane.fleet.state()


def test_a_profile_that_the_configured_faults_do_not_fit_is_refused(faulty: Any) -> None:
    """With what does not fit; Claude's answers have no choices."""
    before = faulty.fleet.state()
    answer = faulty.ask("PUT", "/profile", {"profile": "claude-opus-4-7"})
    assert 422 == answer.status_code
    assert "faults[0]: empty_choices makes no sense here" in answer.json()["error"]["message"]
    assert before == faulty.fleet.state()


@pytest.mark.parametrize(
    ("path", "body"),
    [("/speed", {"speed": 9}), ("/tempo", STEADY), ("/profile", {"profile": "claude-opus-4-7"})],
)
def test_what_is_under_way_ends_as_it_began(plane: Any, path: str, body: Any) -> None:
    """At its old times, in its old wire, and the journal has it whole."""
    expected = plane.explained()["answer"]
    plane.begin()
    plane.ask("PUT", path, body)
    plane.over()
    assert expected["end"] == pytest.approx(planned(plane, 1)[-1])
    (entry,) = plane.entries()
    assert (True, 200, None) == (entry["ended"], entry["status"], entry["cancelled_at"])
    assert entry["tokens"]["sent"] == entry["tokens"]["completion"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/faults", [{"do": "status", "status": 503}]),
        ("/stubs", [{"name": "a", "priority": 1, "reply": {"text": "canned"}}]),
        ("/framing", "crlf"),
        ("/quotas", {"requests": 1}),
        ("/seed", {"seed": 9}),
        ("/profile", {"profile": "deepseek-v4-pro", "quirks": {"thinking_by_default": False}}),
    ],
)
def test_a_change_reaches_a_request_that_came_often_before(plane: Any, path: str, body: Any) -> None:
    """What is remembered of it is not what is answered; taken back, it is answered as before."""
    before = [plane.chat() for _ in range(4)][-1]
    plane.ask("PUT", path, body).raise_for_status()
    changed = [plane.chat() for _ in range(2)][-1]
    assert before != changed
    plane.ask("PUT", "/profile", {"profile": "deepseek-v4-pro"}).raise_for_status()
    assert before == plane.chat()


def test_a_change_that_is_undone_leaves_a_repeated_request_as_it_was(wide: Any) -> None:
    """Of one upstream that could, and one that could not."""
    before = [wide.chat() for _ in range(4)][-1]
    assert 422 == wide.ask("PUT", "/fleet/faults", [{"do": "empty_choices"}]).status_code
    assert before == wide.chat()
