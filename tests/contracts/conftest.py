"""The tests' own endpoint and its defects, loaded by path because tests are no package."""

import importlib.util
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from novastack_contracts import Patience, Report, Target, check

HERE = Path(__file__).parent


def load(name: str) -> ModuleType:
    """Import a helper that stands beside this file."""
    full = f"novastack_test_contracts_{name}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, HERE / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[full] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[full])
    return sys.modules[full]


endpoint = load("endpoint")
defects = load("defects")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test per entry of the tables that a test asks for by name."""
    tables = {"defect": defects.DEFECTS, "variant": defects.VARIANTS, "compat_variant": defects.COMPAT_VARIANTS}
    for name, table in tables.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, table.values(), ids=table.keys())


@pytest.fixture
def serve() -> Callable[..., AbstractContextManager[tuple[str, Any]]]:
    """Serve the endpoint with a change, at the present time."""

    def served(change: Callable[[Any], None] = endpoint.healthy) -> AbstractContextManager[tuple[str, Any]]:
        return endpoint.serve(change, now=int(time.time()))  # noqa: TID251 - `created` is judged against the present

    return served


@pytest.fixture
def judged(serve: Callable[..., Any]) -> Callable[..., Report]:
    """Judge the endpoint with a change."""

    def run(change: Callable[[Any], None] = endpoint.healthy, key: str | None = endpoint.KEY) -> Report:
        with serve(change) as (url, _):
            return check(Target.parse(url, model=endpoint.MODEL, key=key), patience=Patience(reply=5, rate_limit=1))

    return run


@pytest.fixture
def all_defects() -> dict[str, Any]:
    """Every defect by name."""
    return dict(defects.DEFECTS)
