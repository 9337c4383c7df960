"""`novastack explain`: which route a request would take, and why. Asks the routing table; nothing is sent."""

from pathlib import Path
from typing import Annotated

import typer

from novastack.commands.serve import configured
from novastack.failure import USAGE, FailureError
from novastack.tables import console_of
from novastack_gateway.errors import Problem
from novastack_gateway.routing import FORWARDED_TO, PATH_TAIL, Signals
from novastack_gateway.server import table_of


def explain(
    *,
    model: Annotated[str, typer.Option(help="The model that the request names.")],
    path: Annotated[str, typer.Option(help="The request's path.")] = PATH_TAIL,
    forwarded_to: Annotated[str | None, typer.Option(help="The value of X-Forwarded-To.")] = None,
    header: Annotated[list[str] | None, typer.Option(metavar="NAME:VALUE", help="Another header; repeatable.")] = None,
    file: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="novastack.yaml, or its `gateway:` part.")
    ] = None,
) -> None:
    """Say which upstream would answer a request, and why. Exit status 1 when none would."""
    table = table_of(configured(file))
    headers = [_header(text) for text in header or ()]
    if forwarded_to is not None:
        headers.append((FORWARDED_TO, forwarded_to))
    console = console_of()
    try:
        choice = table.choose(Signals(model, _path_upstream(path), tuple(headers)))
    except Problem as problem:
        raise FailureError(f"{problem.status}: {problem.message}") from None
    console.print(f"[bold]{choice.upstream}[/] answers, as model [bold]{choice.model}[/], because:")
    for step in choice.because:
        console.print(f"  - {step}", markup=False)


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise FailureError(f"--header {text!r}: expected NAME:VALUE", status=USAGE)
    return name.strip().lower(), value.strip()


def _path_upstream(path: str) -> str | None:
    """The upstream that a chat path names.

    Raises FailureError for a path on which no chat request is served.
    """
    head = path.removesuffix(PATH_TAIL)
    if not path.endswith(PATH_TAIL) or head.count("/") > 1 or (head and not head.startswith("/")):
        raise FailureError(f"404: chat is served on {PATH_TAIL} and /UPSTREAM{PATH_TAIL}, not on {path}")
    return head[1:] or None
