"""What a user asks of a load run, and whether it may run at all.

Rule of this file: a load test is aimed at this machine unless the user names the other host aloud; every complaint
comes at once, each with what would be right.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from novastack_loadtests.arrivals import ARRIVALS
from novastack_loadtests.call import MINUTE
from novastack_loadtests.scenarios import SCENARIOS

#: The key that the reference gateway accepts on loopback without configuration. It opens nothing anywhere else.
DEVELOPMENT_KEY: Final = "sk-novastack-dev"

SIMULATORS: Final = ("http://127.0.0.1:9101", "http://127.0.0.1:9102", "http://127.0.0.1:9103")

#: The longest run and the longest window, in seconds.
DAY: Final = 86_400

#: Users and requests per second beyond what one Locust process could be meant to do.
MANY: Final = 10_000


class UsageError(ValueError):
    """The run cannot start; one line per complaint."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Rates in requests per second, times in seconds; None where the scenario chooses."""

    scenario: str
    url: str
    api_key: str = field(default=DEVELOPMENT_KEY, repr=False)
    simulators: tuple[str, ...] = SIMULATORS
    duration: float = 10.0
    rate: float | None = None
    users: int | None = None
    stream_share: float | None = None
    seed: int = 1
    limit: int | None = None
    window: float = MINUTE
    arrival: str = "constant"
    allow_hosts: tuple[str, ...] = ()


def loopback(host: str) -> bool:
    """Whether the host is certainly this machine: a name other than localhost may resolve to anything."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def check(settings: Settings) -> None:
    """Raises UsageError with every complaint."""
    complaints = [*_numbers(settings), *_names(settings), *_addresses(settings)]
    if complaints:
        raise UsageError("\n".join(complaints))


def _numbers(settings: Settings) -> Iterator[str]:
    bounds: tuple[tuple[str, float | None, int], ...] = (
        ("--duration", settings.duration, DAY),
        ("--rate", settings.rate, MANY),
        ("--users", settings.users, MANY),
        ("--limit", settings.limit, 10**9),
        ("--window", settings.window, DAY),
    )
    for name, value, highest in bounds:
        # Written so that NaN, which is neither above nor below, is refused as well.
        if value is not None and not 0 < value <= highest:
            yield f"{name} is {value:g}: give a number above 0, at most {highest}"
    share = settings.stream_share
    if share is not None and not 0 <= share <= 1:
        yield f"--stream-share is {share:g}: give a share from 0 to 1"


def _names(settings: Settings) -> Iterator[str]:
    for what, name, known in (
        ("scenario", settings.scenario, SCENARIOS),
        ("arrival", settings.arrival, ARRIVALS),
    ):
        if name not in known:
            yield f"no {what} is called {name!r}; there are {', '.join(known)}"
    if not settings.api_key.isascii() or not settings.api_key.strip() or not settings.api_key.isprintable():
        yield "--api-key is empty or not printable ASCII: give the key as the gateway expects it"


def _addresses(settings: Settings) -> Iterator[str]:
    yield from _address("URL", settings.url, settings.allow_hosts)
    for url in settings.simulators:
        yield from _address("--simulators", url, settings.allow_hosts)


def _address(what: str, url: str, allowed: tuple[str, ...]) -> Iterator[str]:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        yield f"{what} {url!r}: {error}"
        return
    if parts.scheme not in ("http", "https") or not host:
        yield f"{what} {url!r} is not an http address: write it like http://127.0.0.1:8080"
    elif parts.username or parts.password or parts.query or parts.fragment:
        yield f"{what} must be a plain address, without credentials, query or fragment"
    elif not loopback(host) and host not in allowed:
        yield f"{what}: {host} is not this machine; a load test may cost money there. If you may: --allow-host {host}"
