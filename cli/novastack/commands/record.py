"""`novastack record`: a proxy in front of a real endpoint that keeps a tape of every exchange."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from novastack.failure import USAGE, FailureError
from novastack.tables import console_of
from novastack_simulators.tapes.recorder.base import Base, base
from novastack_simulators.tapes.recorder.book import Kept
from novastack_simulators.tapes.recorder.server import RecorderError, Recording, run


def record(  # noqa: PLR0913 - each is an option of the command line
    *,
    upstream: Annotated[str, typer.Option(metavar="URL", help="The endpoint's base URL, http or https.")],
    out: Annotated[
        Path, typer.Option(metavar="FOLDER|FILE", help="A folder (a file for each tape), or a .ndjson file.")
    ] = Path("tapes"),
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 is any free port.")] = 9110,
    ca: Annotated[Path | None, typer.Option(metavar="FILE", help="Trust these certificates (PEM) only.")] = None,
    timeout: Annotated[float, typer.Option(min=0.001, help="Seconds that the endpoint may be silent.")] = 600.0,
    announce: Annotated[bool, typer.Option(help="Print one line of JSON when ready and for each exchange.")] = False,
) -> None:
    """Pass requests on to a real endpoint until Ctrl-C, and keep a tape of each."""
    what = Recording(_base(upstream), out, host, port, ca, timeout)
    ready, kept = _announced(what) if announce else _shown(what, console_of())
    try:
        run(what, on_ready=ready, on_kept=kept)
    except RecorderError as error:
        raise FailureError(f"{error}.") from None


def _base(upstream: str) -> Base:
    try:
        return base(upstream)
    except ValueError as error:
        raise FailureError(f"--upstream: {error}", status=USAGE) from None


def _announced(what: Recording) -> tuple[Callable[[str], None], Callable[[Kept], None]]:
    """For programs: where to send requests, then what became of each."""
    return (
        lambda url: _line({"base_url": url, "upstream": what.base.url, "out": str(what.out)}),
        lambda kept: _line(msgspec.to_builtins(kept)),
    )


def _line(value: object) -> None:
    typer.echo(msgspec.json.encode(value).decode())


def _shown(what: Recording, console: Console) -> tuple[Callable[[str], None], Callable[[Kept], None]]:
    """For a person."""
    return (
        lambda url: console.print(f"[bold]{url}[/] records {what.base.url} to {what.out}", soft_wrap=True),
        lambda kept: console.print(_told(kept), soft_wrap=True),
    )


def _told(kept: Kept) -> Text:
    asked = Text.assemble((f"{kept.number:06d} ", "dim"), f"{kept.method} {kept.path} ")
    if kept.file is None:
        return Text.assemble(asked, ("not recorded: ", "bold red"), kept.why or "")
    style = "green" if kept.ended == "complete" else "yellow"
    size = f"{kept.chunks} chunk{'' if kept.chunks == 1 else 's'}, {kept.bytes} bytes, {kept.us / 1e6:.3f} s"
    return Text.assemble(asked, (f"{kept.status or 'no answer'} {kept.ended}", style), f" {size} → {kept.file}")
