"""The pytest plugin: fixtures, their marker and their settings. pytest loads it in every run of every user.

So it imports nothing but pytest; all else comes when a fixture is first asked for.
"""

import contextlib
import hashlib
import re
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from novastack.testing.fleet import Simulators
    from novastack.testing.handle import Simulator
    from novastack.testing.laboratory import Laboratory
    from novastack.testing.stack import GatewayStack

WATCHED: Final = pytest.StashKey["list[Simulator]"]()
# pytest has typed numbers since 8.4; in an older one the text is read here.
NUMBER: Final[Any] = "float" if pytest.version_tuple >= (8, 4) else "string"
MARKER: Final = "novastack(profile, *, speed): what the simulators of a test simulate, and how fast (1 is real time)"
_ODD: Final = re.compile(r"[^A-Za-z0-9._:-]+")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("novastack_profile", "What the fixture `simulator` simulates.", default="openai-generic")
    parser.addini("novastack_speed", "How fast simulators are; 1 is real time.", type=NUMBER, default=1000.0)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that fails shows what arrived at its simulators."""
    report = yield
    if report.when == "call" and report.failed:
        for simulator in item.stash.get(WATCHED, ()):
            arrived = "\n".join(map(str, simulator.journal)) or "no request has arrived"
            report.sections.append((f"Requests at {simulator.name}", arrived))
    return report


@pytest.fixture(scope="session")
def novastack_laboratory() -> "Iterator[Laboratory]":
    """The servers of this run, for fixtures of your own."""
    from novastack.testing.laboratory import Laboratory  # noqa: PLC0415 - whoever asks for no fixture pays for none

    with Laboratory() as laboratory:
        yield laboratory


@pytest.fixture
def simulator(request: pytest.FixtureRequest, novastack_laboratory: "Laboratory") -> "Iterator[Simulator]":
    """One simulated upstream, for this test alone."""
    with _plainly(), novastack_laboratory.simulator(**_asked(request), scope=scope_of(request.node.nodeid)) as found:
        request.node.stash.setdefault(WATCHED, []).append(found)
        yield found


@pytest.fixture
def simulators(request: pytest.FixtureRequest, novastack_laboratory: "Laboratory") -> "Iterator[Simulators]":
    """The three simulated upstreams by name, for this test alone."""
    with (
        _plainly(),
        novastack_laboratory.simulators(speed=_asked(request)["speed"], scope=scope_of(request.node.nodeid)) as found,
    ):
        request.node.stash.setdefault(WATCHED, []).extend(found.values())
        yield found


@pytest.fixture
def gateway_stack(novastack_laboratory: "Laboratory", simulators: "Simulators") -> "Iterator[GatewayStack]":
    """The reference gateway in front of `simulators`, for this test alone."""
    with novastack_laboratory.gateway_stack(simulators) as stack:
        yield stack


@contextlib.contextmanager
def _plainly() -> Iterator[None]:
    """What is wrong with what a test asked for is told in one sentence, without our own lines."""
    try:
        yield
    except (ValueError, AssertionError) as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def _asked(request: pytest.FixtureRequest) -> dict[str, Any]:
    """From the settings, the marks around the test, and the parameter; the nearest says most. Raises ValueError."""
    config = request.config
    asked: dict[str, Any] = {
        "profile": config.getini("novastack_profile"),
        "speed": float(config.getini("novastack_speed")),
    }
    for mark in reversed(list(request.node.iter_markers("novastack"))):
        asked |= _read(mark.args, mark.kwargs)
    given = getattr(request, "param", {})
    return asked | (_read((given,), {}) if isinstance(given, str) else _read((), given))


def _read(arguments: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
    read = {**dict(zip(("profile",), arguments, strict=False)), **named}
    if len(arguments) > 1 or not read.keys() <= {"profile", "speed"}:
        raise ValueError(f"expected {MARKER.partition(':')[0]}, got {(*arguments, *named)}")
    return read


def scope_of(nodeid: str) -> str:
    """The test's own, and the same in every run: what chance decides in a simulator depends on it."""
    digest = hashlib.sha256(nodeid.encode()).hexdigest()[:8]
    name = _ODD.sub("-", nodeid.rpartition("::")[2])[:60].strip("-._:")
    return f"{name}-{digest}" if name else digest
