"""What the front door shows a person: tables that stay readable in a pipe."""

from collections.abc import Iterable
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from novastack.endpoints import Endpoint

WIDTH: Final = 100


def console_of() -> Console:
    """Standard output, for a person; a pipe has no width of its own and is given one that is wide enough."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH)


def endpoint_table(listening: Iterable[Endpoint]) -> Table:
    """The simulated upstreams: what a client needs to call each directly."""
    table = Table(box=SIMPLE_HEAD, title="Simulated upstreams", title_justify="left", title_style="bold")
    for column in ("upstream", "dialect", "base URL and key"):
        table.add_column(column, no_wrap=True)
    for endpoint in listening:
        table.add_row(endpoint.name, endpoint.dialect, f"{endpoint.base_url}\n{endpoint.api_key}")
    return table


def gateway_table(url: str, models: Iterable[str], key: str) -> Table:
    """The gateway: one URL, one key, every model."""
    table = Table(box=SIMPLE_HEAD, title="Gateway", title_justify="left", title_style="bold", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("base URL", f"{url}/v1")
    table.add_row("key", key)
    table.add_row("models", ", ".join(models))
    table.add_row("docs, metrics", f"{url}/docs  {url}/metrics")
    return table
