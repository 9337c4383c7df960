"""The lab that tests of the gateway's way in and out share; each test starts with it reset."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent


def load(name: str) -> ModuleType:
    """Make a helper that stands beside this file importable as `gateway_<name>`: tests are no package."""
    full = f"gateway_{name}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, HERE / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[full] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[full])
    return sys.modules[full]


load("upstreams")
wire = load("wire")
load("asks")
load("benches")
load("talks")


@pytest.fixture(scope="session")
def shared_lab() -> Iterator[Any]:
    with wire.running_lab() as lab:
        yield lab


@pytest.fixture
def lab(shared_lab: Any) -> Any:
    shared_lab.reset()
    return shared_lab
