"""Profiles of one's own: a file, or what differs from a shipped one; and what is said of one that cannot be."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.config import SimulatorsConfig
from novastack_simulators.dialects import DIALECTS
from novastack_simulators.profile import load_profile, profile_names
from novastack_simulators.profile.library import merged

BASE = "deepseek-v4-pro"


def figure(value: float, **more: Any) -> dict[str, Any]:
    return {"value": value, "source": "a test", "sure": "assumed", **more}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mine.yaml"


def loaded(file: Path, text: Any) -> Any:
    file.write_text(text if isinstance(text, str) else yaml.safe_dump(text), encoding="utf-8")
    return load_profile(str(file))


def refused(file: Path, text: Any) -> str:
    """What is said of a file that cannot be taken."""
    with pytest.raises(ValueError) as said:
        loaded(file, text)
    return str(said.value)


@pytest.mark.parametrize("name", profile_names())
def test_a_shipped_profile_is_known_by_its_name(name: str) -> None:
    """As an upstream may have it."""
    assert (
        name
        == SimulatorsConfig.model_validate({"upstreams": [{"name": "it", "profile": name, "api_keys": ["k"]}]})
        .upstreams[0]
        .profile
    )


def test_every_dialect_has_a_profile_that_is_shipped() -> None:
    """So that a file's dialect can be checked against theirs."""
    assert set(DIALECTS) == {load_profile(name).dialect for name in profile_names()}


@pytest.mark.parametrize("name", ["nope", "", "deepseek-v4-pro.json", "../deepseek-v4-pro"])
def test_a_name_that_there_is_not_lists_those_that_there_are(name: str) -> None:
    """And says that it may be a file."""
    with pytest.raises(ValueError, match=r"unknown profile .*: known are claude-opus-4-7, .* path of a \.yaml file"):
        load_profile(name)


def test_a_file_may_say_everything_itself(file: Path) -> None:
    """A copy of a shipped one is the same profile."""
    assert load_profile(BASE) == loaded(file, load_profile(BASE).model_dump(mode="json", by_alias=True))


def test_a_file_may_say_only_what_differs(file: Path) -> None:
    """The rest is as shipped, and the shipped one stays as it is."""
    before = load_profile(BASE)
    mine = loaded(file, {"extends": BASE, "models": ["mine"], "quirks": {"caching": False}})
    assert (("mine",), False, before.tempo) == (mine.models, mine.quirks.caching, mine.tempo)
    assert before is load_profile(BASE)


def test_mappings_are_merged_and_figures_replaced(file: Path) -> None:
    """One gap of the tempo, with its own source, whatever kind of spread the shipped one has."""
    gap = figure(0.5, kind="constant")
    mine = loaded(file, {"extends": BASE, "tempo": {"token_gap": gap}})
    assert (load_profile(BASE).tempo.first_token, 0.5) == (mine.tempo.first_token, mine.tempo.token_gap.value)


def test_one_figure_of_an_engine_can_differ(file: Path) -> None:
    """Down to one term of its steps."""
    base: Any = load_profile("qwen3-235b-a22b-vllm").tempo
    mine = loaded(
        file,
        {"extends": "qwen3-235b-a22b-vllm", "tempo": {"max_num_seqs": figure(4), "terms": {"step": figure(0.5)}}},
    ).tempo
    assert (4, 0.5, base.terms.token) == (mine.max_num_seqs.value, mine.terms.step.value, mine.terms.token)


def test_a_tempo_of_another_kind_is_replaced_whole(file: Path) -> None:
    """Nothing of the engine is left."""
    steady = {"kind": "fitted", "first_token": figure(1, sigma=0), "token_gap": figure(2, sigma=0)}
    mine = loaded(file, {"extends": "qwen3-235b-a22b-vllm", "tempo": steady})
    assert "fitted" == mine.tempo.kind


def test_a_file_that_changed_is_read_again(file: Path) -> None:
    """Nothing of it is kept."""
    assert ["a", "b"] == [loaded(file, {"extends": BASE, "title": title}).title for title in "ab"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("extends: nope", "extends: unknown profile, got 'nope': known are claude-opus-4-7, "),
        ("extends: 5", "extends: unknown profile, got 5: known are "),
        ("extends: ", "extends: unknown profile, got None: known are "),
        ("extends: [a]", "extends: unknown profile, got ['a']: known are "),
        ("extends: mine.yaml", "extends: a file can only extend a shipped profile, got 'mine.yaml': known are "),
        ("extends: other.yml", "extends: a file can only extend a shipped profile, got 'other.yml': known are "),
        ("- a", "expected a mapping"),
        ("", "expected a mapping"),
        ("model: {", "is not YAML: while parsing"),
        ("model: \x00", "is not YAML: "),
        ("[" * 20_000, "is nested too deeply"),
        (f"extends: {BASE}\ndialect: nope", "dialect: unknown dialect 'nope': known are anthropic, dashscope, "),
        (f"extends: {BASE}\nnope: 1", "nope: unknown key"),
        (f"extends: {BASE}\nquirks: {{nope: 1}}", "quirks.nope: unknown key"),
        (f"extends: {BASE}\ncontext: 5", "context: Input should be a valid dictionary"),
        (f"extends: {BASE}\ncontext: {{value: 5}}", "context.source: Field required; context.sure: Field required"),
        (f"extends: {BASE}\nmodels: []", "models: Tuple should have at least 1 item"),
        (f"extends: {BASE}\nmodels: [[]]", "models.0: Input should be a valid string"),
        (f"extends: {BASE}\ntempo: {{token_gap: 5}}", "tempo.token_gap: unknown kind of spread"),
        (f"extends: {BASE}\ntempo: {{kind: nope}}", "tempo: unknown kind of tempo"),
        (f"extends: {BASE}\nreleased: soon", "released: Input should be a valid date"),
        (f"extends: {BASE}\n5: x", "5: "),
    ],
)
def test_what_is_wrong_is_said_with_the_file_and_the_place(file: Path, text: str, said: str) -> None:
    """In one sentence, without the branches of our own models."""
    told = refused(file, text)
    assert told.startswith(f"profile {file}")
    assert said in told
    assert "\n" not in told


def test_all_mistakes_are_told_at_once(file: Path) -> None:
    """Each with its place."""
    told = refused(file, f"extends: {BASE}\ncontext: 5\nnope: 1")
    assert ("context: " in told, "nope: unknown key" in told) == (True, True)


@pytest.mark.parametrize("name", ["nope.yaml", "nope.yml"])
def test_a_file_that_is_not_there_is_said(tmp_path: Path, name: str) -> None:
    """Not taken for a name."""
    with pytest.raises(ValueError, match=rf"profile .*{name} cannot be read: No such file or directory"):
        load_profile(str(tmp_path / name))


def test_a_folder_is_no_profile(tmp_path: Path) -> None:
    """Whatever it is called."""
    (tmp_path / "a.yaml").mkdir()
    with pytest.raises(ValueError, match="cannot be read: Is a directory"):
        load_profile(str(tmp_path / "a.yaml"))


def test_bytes_that_are_no_text_are_no_profile(file: Path) -> None:
    """UTF-8, or nothing."""
    file.write_bytes(b"\xff")
    with pytest.raises(ValueError, match="is not YAML: 'utf-8' codec can't decode"):
        load_profile(str(file))


def test_a_path_that_the_system_cannot_have_is_said() -> None:
    """A null byte in it."""
    with pytest.raises(ValueError, match="embedded null byte"):
        load_profile("a\0.yaml")


WORDS = st.sampled_from(["a", "b", "kind", "value"])
LEAVES = st.integers() | st.text(max_size=3) | st.none()
MAPPINGS = st.dictionaries(WORDS, st.recursive(LEAVES, lambda inner: st.dictionaries(WORDS, inner, max_size=3)))


@given(MAPPINGS, MAPPINGS)
def test_nothing_that_is_said_is_lost_by_merging(base: dict[str, Any], more: dict[str, Any]) -> None:
    """What the second says stands, what only the first says stands too, and neither is changed."""
    kept = [yaml.safe_dump(each) for each in (base, more)]
    both = merged(base, more)
    assert {*base, *more} == {*both}
    assert all(both[name] == value for name, value in more.items() if not isinstance(value, dict))
    assert all(both[name] == value for name, value in base.items() if name not in more)
    assert kept == [yaml.safe_dump(each) for each in (base, more)]
    assert merged(base, base) == base
