"""`novastack demo`: the whole laboratory once, end to end, on free ports; exit status 0 only if all of it held."""

import secrets
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import typer
import yaml
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from novastack.commands.up import start
from novastack.failure import FAILED
from novastack.processes import family
from novastack.tables import console_of
from novastack.tour import tour
from novastack.tour.ask import client
from novastack.tour.step import Show, Stage, Step

SPEED: Final = 20.0
LIMIT: Final = 60
"""Requests per minute of the key that the load test runs against."""

_UPSTREAMS: Final = ("qwen3-235b-a22b", "deepseek-v4-pro", "claude-opus-4-7")


def demo() -> None:
    """Start everything, ask all three models, break one stream, check, load, and sum up. Needs no network."""
    began = time.monotonic()
    console = console_of()
    with tempfile.TemporaryDirectory(prefix="novastack-demo-") as folder, family(quiet=True) as children:
        keys = ["sk-" + secrets.token_urlsafe(24) for _ in range(2)]
        file = Path(folder) / "novastack.yaml"
        file.write_text(yaml.safe_dump(_configuration(*keys)), encoding="utf-8")
        url, listening = start(children, file=file, speed=None, port=None)
        console.print(f"The gateway listens on {url}, in front of {len(listening)} simulated upstreams.")
        simulators = {endpoint.name: endpoint for endpoint in listening}
        stage = Stage(url=url, key=keys[0], limited_key=keys[1], simulators=simulators)
        client(stage)  # before anything else: without the client there is nothing to show
        steps = {name: _shown(console, name, show, stage) for name, show in tour()}
    console.print(_summary(steps))
    held = sum(step.held for step in steps.values())
    console.print(f"{held} of {len(steps)} held, in {time.monotonic() - began:.0f} s.")
    raise typer.Exit(0 if held == len(steps) else FAILED)


def _shown(console: Console, name: str, show: Show, stage: Stage) -> Step:
    """Show one thing, and say at once how it went: the whole takes a while."""
    try:
        step = show(stage)
    except Exception as error:  # noqa: BLE001 - whatever went wrong, it is what was seen
        step = Step(held=False, seen=f"{type(error).__name__}: {error}")
    console.print(f"{'ok  ' if step.held else 'FAIL'}  {name}", markup=False)
    return step


def _summary(steps: Mapping[str, Step]) -> Table:
    table = Table(box=SIMPLE_HEAD, title="What was seen", title_justify="left", title_style="bold")
    table.add_column("")
    table.add_column("step", no_wrap=True)
    table.add_column("seen", overflow="fold")
    for name, step in steps.items():
        table.add_row("[green]ok[/]" if step.held else "[bold red]FAIL[/]", name, escape(step.seen))
    return table


def _configuration(key: str, limited_key: str) -> dict[str, object]:
    """Free ports everywhere, fast models, and two keys made up for this run: one without a limit, one with."""
    simulators = [{"name": name, "profile": name, "port": 0, "api_keys": [f"sk-sim-{name}"]} for name in _UPSTREAMS]
    callers = [
        {"name": "demo", "key": key},
        {"name": "demo-limited", "key": limited_key, "requests_per_minute": LIMIT},
    ]
    return {"simulators": {"speed": SPEED, "upstreams": simulators}, "gateway": {"port": 0, "callers": callers}}
