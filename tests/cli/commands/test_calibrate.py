"""`novastack calibrate`: from what a dry run wrote back to the profile that it was played with."""

import json
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from novastack.app import app
from novastack.commands.dry_run import dry_run
from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.profile import EngineTempo, FittedTempo

RUNNER = CliRunner()


def calibrated(*arguments: str | Path) -> tuple[int, str]:
    result = RUNNER.invoke(app, ["calibrate", *map(str, arguments)])
    return result.exit_code, result.output


def recorded(folder: Path, profile: str, count: int = 200) -> Path:
    """What a dry run of that profile writes."""
    draw, now, lines = Random(3), 0.0, []
    for _ in range(count):
        now += draw.expovariate(2)
        prompt, output = draw.randint(10, 3000), draw.randint(20, 120)
        lines.append(json.dumps({"arrival": now, "prompt_tokens": prompt, "output_tokens": output}))
    trace, out = folder / "trace.jsonl", folder / "recorded.jsonl"
    trace.write_text("\n".join(lines), encoding="utf-8")
    upstream = UpstreamConfig(name="one", profile=profile, api_keys=("sk-sim-x",))
    dry_run(trace, SimulatorsConfig(upstreams=(upstream,)), out)
    return out


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(tmp_path_factory.mktemp("fitted"), "claude-opus-4-7")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(tmp_path_factory.mktemp("engine"), "qwen3-235b-a22b-vllm")


def block(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))["tempo"]
    return found


def test_a_fitted_profile_comes_back(fitted: Path, tmp_path: Path) -> None:
    """Claude's: 0.65 s and 22.4 ms, lognormal, within 10 % and 2 %; the block is a tempo, and says what it is from."""
    status, told = calibrated(fitted, "--out", tmp_path / "tempo.yaml")
    assert 0 == status, told
    assert "first_token: lognormal" in told
    assert "poor" not in told
    found = FittedTempo.model_validate(block(tmp_path / "tempo.yaml")).model_dump()
    assert ("lognormal", "lognormal") == (found["first_token"]["kind"], found["token_gap"]["kind"])
    assert 0.65 == pytest.approx(found["first_token"]["value"], rel=0.1)
    assert 0.02239 == pytest.approx(found["token_gap"]["value"], rel=0.02)
    assert ("calibrated from recorded.jsonl, 200 requests", "measured") == (
        found["token_gap"]["source"],
        found["token_gap"]["sure"],
    )


def test_an_engine_profile_comes_back(engine: Path, tmp_path: Path) -> None:
    """Its terms are those that it was played with, and its settings too."""
    status, told = calibrated(engine, "--kind", "engine", "--out", tmp_path / "tempo.yaml")
    assert 0 == status, told
    found = EngineTempo.model_validate(block(tmp_path / "tempo.yaml"))
    assert (0.0125, 0.0133) == pytest.approx((found.terms.step.value, found.terms.weights.value), rel=0.05)
    assert 17600 == found.kv_blocks.value


def test_the_block_is_an_upstreams_tempo(fitted: Path, tmp_path: Path) -> None:
    """As it stands, in the configuration."""
    calibrated(fitted, "--out", tmp_path / "tempo.yaml")
    upstream = {
        "name": "mine",
        "profile": "claude-opus-4-7",
        "api_keys": ["sk-sim-x"],
        "tempo": block(tmp_path / "tempo.yaml"),
    }
    assert "fitted" == UpstreamConfig.model_validate(upstream).simulated().tempo.kind


def test_without_a_file_the_block_is_printed(fitted: Path) -> None:
    """Below how well it fits."""
    status, told = calibrated(fitted)
    assert 0 == status
    assert "tempo:\n  kind: fitted\n  first_token: {kind: lognormal, value:" in told
    assert all(word in told for word in ("TTFT, recorded", "ITL, fit", "p99", "distance", "good"))


def test_a_wrong_family_is_told_as_a_poor_fit(fitted: Path) -> None:
    """In words, and in the table."""
    status, told = calibrated(fitted, "--family", "uniform")
    assert 0 == status
    assert "first_token: uniform is a poor fit" in told
    assert " poor" in told


@pytest.mark.parametrize("name", ["fit.svg", "fit.png"])
def test_fit_against_data_is_plotted(fitted: Path, tmp_path: Path, name: str) -> None:
    """As the suffix says."""
    status, told = calibrated(fitted, "--plot", tmp_path / name)
    assert 0 == status, told
    assert (tmp_path / name).stat().st_size > 5000


@pytest.mark.parametrize(
    ("arguments", "mistake"),
    [
        (["--family", "weibull"], "--family weibull: known are constant, uniform, normal, lognormal, gamma, empirical"),
        (["--family", "gamma", "--kind", "engine"], "--family: an engine has terms, no distributions"),
        (["--plot", "fit.gif"], "--plot fit.gif: expected a name that ends in .png or .svg"),
        (["--kind", "engine", "--profile", "claude-opus-4-7"], "--profile claude-opus-4-7: its tempo is no engine"),
        (["--kind", "engine", "--profile", "nobody"], "--profile: unknown profile 'nobody'"),
        (["--out", "/nowhere/tempo.yaml"], "--out /nowhere/tempo.yaml: cannot be written"),
    ],
)
def test_a_mistake_is_one_sentence_and_status_3(fitted: Path, arguments: list[str], mistake: str) -> None:
    """What is wrong, and what would be right."""
    status, told = calibrated(fitted, *arguments)
    assert 3 == status
    assert mistake in told


def test_a_line_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """With its number."""
    file = tmp_path / "recorded.jsonl"
    file.write_text('{"prompt_tokens": 3, "token_times": [0.1]}\n{"prompt_tokens": 3}\n', encoding="utf-8")
    status, told = calibrated(file)
    assert 3 == status
    assert f"{file}: line 2: no times: expected `token_times`" in told


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """In one sentence."""
    status, told = calibrated(tmp_path / "none.jsonl")
    assert 3 == status
    assert "none.jsonl: cannot be read: No such file or directory" in told


@pytest.mark.parametrize(("missing", "more"), [("scipy", []), ("matplotlib", ["--plot", "fit.png"])])
def test_without_its_extra_it_says_what_to_install(
    fitted: Path, monkeypatch: pytest.MonkeyPatch, missing: str, more: list[str]
) -> None:
    """Before anything is read."""
    # What the interpreter knows of a module that cannot be imported.
    monkeypatch.setitem(sys.modules, missing, None)
    status, told = calibrated(fitted, *more)
    assert 3 == status
    assert f"{missing} is not installed: the extra `calibrate` brings it (pip install 'novastack[calibrate]')" in told
