"""`novastack check`: judge an endpoint. 0 kept, 1 broken, 2 could not judge, 3 a mistake in the command itself."""

from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from novastack.failure import USAGE, FailureError
from novastack_contracts import FAMILIES, RULES, Patience, Profile, Report, Target, TargetError
from novastack_contracts import check as judge
from novastack_contracts.reports import REPORTS, terminal

_NARROWEST = 120


def check(  # noqa: PLR0913 - one argument per option that a person can type
    url: Annotated[
        str, typer.Argument(help="The endpoint: its root or its base URL, such as http://127.0.0.1:8080/v1")
    ] = "",
    *,
    model: Annotated[str, typer.Option("--model", help="The model to ask for.")] = "",
    api_key: Annotated[
        str, typer.Option("--api-key", envvar="NOVASTACK_API_KEY", show_envvar=True, help="The key; never printed.")
    ] = "",
    profile: Annotated[
        Profile, typer.Option("--profile", help="The verdict that sets the exit code.")
    ] = Profile.COMPAT,
    junit: Annotated[Path | None, typer.Option("--junit", help="Write a JUnit XML report here.")] = None,
    json: Annotated[Path | None, typer.Option("--json", help="Write a JSON report here.")] = None,
    timeout: Annotated[float, typer.Option("--timeout", min=0.1, help="Seconds to wait for a whole reply.")] = 60.0,
    list_: Annotated[bool, typer.Option("--list", help="Print the rules and exit.")] = False,
    explain: Annotated[str, typer.Option("--explain", metavar="RULE", help="Print one rule and exit.")] = "",
) -> None:
    """Say which rules of the OpenAI wire an endpoint keeps, with proof for each that it breaks.

    Exit status: 0 kept, 1 broken, 2 could not judge, 3 usage error.
    """
    console = _console()
    if list_ or explain:
        console.print(_rule(explain) if explain else terminal.listing(FAMILIES))
        return
    target = _target(url, model, api_key)
    files = {"junit": junit, "json": json}
    for path in files.values():
        _writable(path)
    report = judge(target, patience=Patience(reply=timeout))
    terminal.show(report, profile, console)
    for form, path in files.items():
        _write(path, form, report, profile)
    raise typer.Exit(int(report.exit_code(profile)))


def _console() -> Console:
    console = Console(highlight=False, soft_wrap=False)
    # A pipe has no width of its own: give it one in which the table does not wrap.
    return console if console.is_terminal else Console(highlight=False, width=max(console.width, _NARROWEST))


def _rule(name: str) -> Any:
    rule = RULES.get(name.upper())
    if rule is None:
        _usage(f"no rule is called {name!r}: novastack check --list prints them all")
    return terminal.explanation(rule)


def _target(url: str, model: str, key: str) -> Target:
    if not url:
        _usage("which endpoint? novastack check URL --model MODEL --api-key KEY")
    if not model:
        _usage("which model? add --model MODEL")
    try:
        return Target.parse(url, model=model, key=key or None)
    except TargetError as error:
        _usage(str(error))


def _writable(path: Path | None) -> None:
    """Complain before the run, not after it."""
    if path is not None:
        try:
            path.open("a", encoding="utf-8").close()
        except OSError as error:
            _usage(f"cannot write {path}: {error.strerror}")


def _write(path: Path | None, form: str, report: Report, profile: Profile) -> None:
    if path is not None:
        try:
            path.write_text(REPORTS[form](report, profile), encoding="utf-8")
        except OSError as error:
            _usage(f"cannot write {path}: {error.strerror}")


def _usage(message: str) -> NoReturn:
    raise FailureError(f"novastack check: {message}", status=USAGE)
