"""`novastack simulate --dry-run`: a trace in virtual time, told as a table and as lines."""

import json
from pathlib import Path
from typing import Any

import pytest

from novastack.commands.dry_run import dry_run
from novastack.failure import USAGE, FailureError
from novastack_simulators.config import SimulatorsConfig, UpstreamConfig


def settings(*profiles: str, **more: Any) -> SimulatorsConfig:
    upstreams = [UpstreamConfig(name=f"my-{each}", profile=each, api_keys=("sk-sim-x",), **more) for each in profiles]
    return SimulatorsConfig(upstreams=tuple(upstreams))


def written(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def trace(path: Path, count: int = 20, **more: Any) -> Path:
    lines = ({"arrival": 0.05 * at, "prompt_tokens": 100, "output_tokens": 10, **more} for at in range(count))
    return written(path / "trace.jsonl", *lines)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("profile", ["qwen3-235b-a22b-vllm", "claude-opus-4-7"])
def test_either_kind_is_told_as_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str], profile: str) -> None:
    """Times, rates, and what was refused."""
    dry_run(trace(tmp_path), settings(profile))
    told = capsys.readouterr().out
    for word in (
        f"my-{profile}",
        "TTFT",
        "ITL",
        "TPOT",
        "E2E",
        "p50",
        "p90",
        "p99",
        "20 in",
        "refused    0",
        "tokens/s",
    ):
        assert word in told


def test_an_engine_tells_of_preemptions_and_its_cache(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of 100 tokens 96 are in full blocks, which all but the first request find."""
    dry_run(trace(tmp_path, prefix="system"), settings("qwen3-235b-a22b-vllm"))
    told = capsys.readouterr().out
    assert "preempted  0" in told
    assert "cached     91.2% of the prompt tokens" in told


def test_each_request_is_a_line(tmp_path: Path) -> None:
    """Its times, in seconds after its arrival, and what it shared."""
    out = tmp_path / "out.jsonl"
    dry_run(trace(tmp_path, session="s"), settings("qwen3-235b-a22b-vllm"), out)
    found = lines(out)
    assert list(range(1, 21)) == [each["line"] for each in found]
    first = found[0]
    assert ("my-qwen3-235b-a22b-vllm", 0.0, 100, "s", 10) == tuple(
        first[name] for name in ("upstream", "arrival", "prompt_tokens", "session", "output_tokens")
    )
    assert first["queued"] <= first["scheduled"] < first["ttft"] < first["e2e"]
    assert (first["ttft"], first["e2e"]) == (first["token_times"][0], first["token_times"][-1])


def test_the_same_trace_is_played_the_same(tmp_path: Path) -> None:
    """The seed decides; another one draws other times."""
    outs = [tmp_path / f"{name}.jsonl" for name in "abc"]
    for out, seed in zip(outs, (1, 1, 2), strict=True):
        dry_run(trace(tmp_path), settings("claude-opus-4-7").model_copy(update={"seed": seed}), out)
    assert lines(outs[0]) == lines(outs[1]) != lines(outs[2])


def test_a_model_finds_its_upstream(tmp_path: Path) -> None:
    """With several upstreams each line says which, by its model or the upstream's name."""
    out = tmp_path / "out.jsonl"
    made = {"prompt_tokens": 10, "output_tokens": 2}
    path = written(
        tmp_path / "trace.jsonl",
        {"arrival": 1.0, "model": "claude-opus-4-7", **made},
        {"arrival": 0.5, "model": "my-deepseek-v4-pro", **made},
    )
    dry_run(path, settings("deepseek-v4-pro", "claude-opus-4-7"), out)
    assert ["my-claude-opus-4-7", "my-deepseek-v4-pro"] == [each["upstream"] for each in lines(out)]


def test_a_refusal_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the table by its reason, and in its line."""
    out = tmp_path / "out.jsonl"
    path = written(
        tmp_path / "trace.jsonl",
        {"arrival": 0.0, "prompt_tokens": 1_000_000, "output_tokens": 1},
        {"arrival": 0.0, "prompt_tokens": 10, "output_tokens": 1},
    )
    dry_run(path, settings("qwen3-235b-a22b-vllm"), out)
    assert "refused    1 (size)" in capsys.readouterr().out
    assert "size" == lines(out)[0]["refused"]


def failure(trace_file: Path, config: SimulatorsConfig, out: Path | None = None) -> str:
    with pytest.raises(FailureError) as told:
        dry_run(trace_file, config, out)
    assert USAGE == told.value.status
    return str(told.value)


def test_mistakes_are_told_with_their_lines(tmp_path: Path) -> None:
    """All of them, and nothing is played."""
    path = tmp_path / "trace.jsonl"
    path.write_text('{"arrival": 1}\nnot json\n', encoding="utf-8")
    first, second = failure(path, settings("claude-opus-4-7")).splitlines()
    assert f"{path}: line 1: no prompt_tokens: expected one of prompt_tokens, input_length, Request tokens" == first
    assert second.startswith(f"{path}: line 2: not JSON")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """In one sentence."""
    path = tmp_path / "none.jsonl"
    assert f"{path}: cannot be read: No such file or directory" == failure(path, settings("claude-opus-4-7"))


@pytest.mark.parametrize(("more", "said"), [({}, "names no model"), ({"model": "gpt-9"}, "names the model 'gpt-9'")])
def test_a_line_without_an_upstream_is_told(tmp_path: Path, more: dict[str, str], said: str) -> None:
    """Which models there are, and how to choose one upstream."""
    told = failure(trace(tmp_path, **more), settings("deepseek-v4-pro", "claude-opus-4-7"))
    assert f"line 1 {said}: with several upstreams one of my-deepseek-v4-pro, deepseek-v4-pro, my-claude" in told
    assert "--only" in told


def test_an_output_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """In one sentence."""
    told = failure(trace(tmp_path), settings("claude-opus-4-7"), tmp_path / "none" / "out.jsonl")
    assert "cannot be written: No such file or directory" in told
