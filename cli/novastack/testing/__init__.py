"""Simulated upstreams in tests: as pytest fixtures (plugin.py), and as context managers for everything else.

pytest imports this package in every run, so nothing is imported here before it is used.
"""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from novastack.testing.control import ControlError
    from novastack.testing.entry import Entry
    from novastack.testing.fleet import Simulators
    from novastack.testing.handle import Simulator
    from novastack.testing.journal import Journal, Verification
    from novastack.testing.laboratory import Laboratory, gateway_stack, simulator, simulators
    from novastack.testing.stack import GatewayStack

__all__ = [
    "ControlError",
    "Entry",
    "GatewayStack",
    "Journal",
    "Laboratory",
    "Simulator",
    "Simulators",
    "Verification",
    "gateway_stack",
    "simulator",
    "simulators",
]

_FILES: Final[Mapping[str, str]] = MappingProxyType({
    "ControlError": "control",
    "Entry": "entry",
    "GatewayStack": "stack",
    "Journal": "journal",
    "Laboratory": "laboratory",
    "Simulator": "handle",
    "Simulators": "fleet",
    "Verification": "journal",
    "gateway_stack": "laboratory",
    "simulator": "laboratory",
    "simulators": "laboratory",
})  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _FILES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_FILES[name]}"), name)
