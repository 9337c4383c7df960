"""`novastack check` as a user runs it: exit status, reports, and one line for each mistake."""

import importlib.util
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner, Result

from novastack.app import app

HELPER = Path(__file__).parents[1] / "contracts" / "endpoint.py"
KEY = "sk-test-endpoint"


def _helper() -> Any:
    name = "novastack_test_contracts_endpoint"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HELPER)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def _sum_is_wrong(draft: Any) -> None:
    if draft.completion:
        draft.value["usage"]["total_tokens"] = 99


def _no_request_id(draft: Any) -> None:
    draft.headers.pop("x-request-id")


def _served(change: Callable[[Any], None]) -> Iterator[str]:
    with _helper().serve(change, now=int(time.time())) as (url, _):  # noqa: TID251 - judged against the present
        yield url


@pytest.fixture
def healthy() -> Iterator[str]:
    """An endpoint that keeps every rule."""
    yield from _served(lambda _: None)


@pytest.fixture
def broken() -> Iterator[str]:
    """An endpoint whose sums are wrong."""
    yield from _served(_sum_is_wrong)


@pytest.fixture
def untraced() -> Iterator[str]:
    """An endpoint that is good enough for SDKs and not OpenAI's wire."""
    yield from _served(_no_request_id)


def _check(*arguments: str, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(app, ["check", *arguments], env={"NOVASTACK_API_KEY": "", "TERM": "dumb"} | (env or {}))


def test_kept_is_0(healthy: str) -> None:
    """And every rule is in the table."""
    result = _check(healthy, "--api-key", KEY, "--model", "test-model")
    assert (0, True) == (result.exit_code, "→ compat kept" in result.stdout)


def test_broken_is_1(broken: str) -> None:
    """And the finding is told."""
    result = _check(broken, "--api-key", KEY, "--model", "test-model")
    assert (1, True) == (result.exit_code, "total_tokens is 99" in result.stdout)


def test_the_profile_sets_the_exit_code(untraced: str) -> None:
    """Both verdicts are printed either way."""
    loose = _check(untraced, "--api-key", KEY, "--model", "test-model")
    strict = _check(untraced, "--api-key", KEY, "--model", "test-model", "--profile", "strict")
    assert (0, 1) == (loose.exit_code, strict.exit_code)


def test_the_key_may_come_from_the_environment(healthy: str) -> None:
    """So that it need not stand in a shell's history."""
    assert 0 == _check(healthy, "--model", "test-model", env={"NOVASTACK_API_KEY": KEY}).exit_code


@pytest.mark.parametrize(
    ("key", "model", "says"),
    [("sk-other", "test-model", "not authenticated"), (KEY, "nothing-like-it", "no chat was served")],
)
def test_could_not_judge_is_2(healthy: str, key: str, model: str, says: str) -> None:
    """Wrong key, wrong model."""
    result = _check(healthy, "--api-key", key, "--model", model)
    assert (2, True, False) == (result.exit_code, says in result.stdout, key in result.stdout)


def test_unreachable_is_2_in_one_line() -> None:
    """No traceback."""
    result = _check("http://127.0.0.1:1", "--model", "m")
    assert (2, True) == (result.exit_code, "could not reach http://127.0.0.1:1/v1" in result.stdout)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "which endpoint?"),
        (["http://h"], "which model?"),
        (["localhost:8080", "--model", "m"], "write one like http://127.0.0.1:8080/v1"),
        (["http://h", "--model", "m", "--api-key", "sk secret"], "the key holds spaces"),
        (["http://h", "--model", "m", "--json", "/no/such/folder/r.json"], "cannot write /no/such/folder/r.json"),
        (["--explain", "NOPE-1"], "no rule is called 'NOPE-1'"),
    ],
)
def test_mistakes_are_3_in_one_line(arguments: list[str], says: str) -> None:
    """Said before anything is sent, without the key."""
    result = _check(*arguments)
    assert (3, 1, True) == (result.exit_code, len(result.stderr.strip().splitlines()), says in result.stderr)
    assert "secret" not in result.stderr


@pytest.mark.parametrize("arguments", [["--no-such-option"], ["http://h", "--profile", "loose"]])
def test_unknown_options_are_3_too(arguments: list[str]) -> None:
    """2 would say that the endpoint could not be judged."""
    assert 3 == _check(*arguments).exit_code


def test_reports_are_written(broken: str, tmp_path: Path) -> None:
    """JSON and JUnit, from the same run."""
    as_json, as_junit = tmp_path / "r.json", tmp_path / "r.xml"
    files = ["--json", str(as_json), "--junit", str(as_junit)]
    assert 1 == _check(broken, "--api-key", KEY, "--model", "test-model", *files).exit_code
    assert "novastack.check/1" == json.loads(as_json.read_text(encoding="utf-8"))["schema"]
    assert 1 == len(list(ET.fromstring(as_junit.read_text(encoding="utf-8")).iter("failure")))


def test_the_rules_are_listed_and_explained() -> None:
    """Without an endpoint; case does not matter."""
    assert "STR-017" in _check("--list").stdout
    assert "RES-009 · `finish_reason` is one of OpenAI's words" in _check("--explain", "res-009").stdout
