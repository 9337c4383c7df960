"""`novastack load SCENARIO URL`: one command per scenario, all with the same options.

Rule of this file: 0 PASS, 1 FAIL, 2 INCONCLUSIVE, 3 the run could not be asked for like this.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from novastack.failure import USAGE
from novastack.usage import Command, Group
from novastack_loadtests.judge import Report
from novastack_loadtests.reports import REPORTS
from novastack_loadtests.reports.terminal import show
from novastack_loadtests.run import CrashedError, run
from novastack_loadtests.scenarios import SCENARIOS
from novastack_loadtests.settings import DEVELOPMENT_KEY, SIMULATORS, Settings, UsageError

INCONCLUSIVE: Final = 2

#: Columns of the report when it goes into a pipe or a file.
NARROWEST: Final = 120

Url = Annotated[str, typer.Argument(metavar="URL", help="The gateway, such as http://127.0.0.1:8080.")]
Key = Annotated[str, typer.Option(envvar="NOVASTACK_API_KEY", show_default="the development key", help="Its key.")]
Simulators = Annotated[
    list[str],
    typer.Option(show_default="the three default ports", help="A simulator whose journal is read; repeat for each."),
]
Duration = Annotated[float, typer.Option(help="Seconds in which requests are sent.")]
Rate = Annotated[float | None, typer.Option(show_default="the scenario's", help="Requests per second.")]
Users = Annotated[int | None, typer.Option(show_default="by the rate", help="Requests in flight at most.")]
Share = Annotated[float | None, typer.Option(show_default="the scenario's", help="Share of streams, 0 to 1.")]
Seed = Annotated[int, typer.Option(help="The same seed sends the same requests.")]
Limit = Annotated[int | None, typer.Option(show_default="what the gateway says", help="Requests per window.")]
Window = Annotated[float, typer.Option(help="Seconds of the limit's window.")]
Host = Annotated[list[str], typer.Option(show_default=False, help="A host other than this machine that you may load.")]
File = Annotated[Path | None, typer.Option(show_default=False, dir_okay=False, help="Write the report to this file.")]
Ledger = Annotated[
    Path | None, typer.Option(show_default=False, dir_okay=False, help="Keep what the client saw, one line each.")
]


load = typer.Typer(cls=Group, no_args_is_help=True, add_completion=False, help="Load a gateway, and judge what it did.")


def _command(scenario: str) -> Callable[..., None]:
    def run_scenario(  # noqa: PLR0913 - each is an option of the command line
        url: Url,
        *,
        api_key: Key = DEVELOPMENT_KEY,
        simulators: Simulators = list(SIMULATORS),  # noqa: B006 - typer copies it, nobody changes it
        duration: Duration = 10.0,
        rate: Rate = None,
        users: Users = None,
        stream_share: Share = None,
        seed: Seed = 1,
        limit: Limit = None,
        window: Window = 60.0,
        allow_host: Host = [],  # noqa: B006 - typer copies it, nobody changes it
        json: File = None,
        junit: File = None,
        ledger: Ledger = None,
    ) -> None:
        settings = Settings(
            scenario=scenario,
            url=url,
            api_key=api_key,
            simulators=tuple(simulators),
            duration=duration,
            rate=rate,
            users=users,
            stream_share=stream_share,
            seed=seed,
            limit=limit,
            window=window,
            allow_hosts=tuple(allow_host),
        )
        files = {name: path for name, path in (("json", json), ("junit", junit)) if path is not None}
        raise typer.Exit(_judged(settings, files, ledger))

    return run_scenario


def _judged(settings: Settings, files: Mapping[str, Path], ledger: Path | None) -> int:
    errors = Console(stderr=True)
    try:
        _folders(files, ledger)
        with errors.status(f"load {settings.scenario}: {settings.duration:g} s, then the replies in flight"):
            report = run(settings, ledger)
        show(report, _console())
        _write(report, files)
    except UsageError as error:
        errors.print(str(error), markup=False, highlight=False, soft_wrap=True)
        return USAGE
    except CrashedError as error:
        errors.print(str(error), markup=False, highlight=False, soft_wrap=True)
        return INCONCLUSIVE
    except KeyboardInterrupt:
        errors.print("Interrupted: the load was stopped, nothing is judged.")
        return INCONCLUSIVE
    return report.exit_code


def _console() -> Console:
    """A pipe has no width of its own; 80 columns would break every line of the table."""
    console = Console()
    return console if console.is_terminal else Console(width=NARROWEST)


def _folders(files: Mapping[str, Path], ledger: Path | None) -> None:
    options = {**files, **({"ledger": ledger} if ledger else {})}
    missing = {name: path for name, path in options.items() if not path.absolute().parent.is_dir()}
    if missing:
        raise UsageError("\n".join(f"--{name} {path}: there is no such folder" for name, path in missing.items()))


def _write(report: Report, files: Mapping[str, Path]) -> None:
    for name, path in files.items():
        try:
            path.write_text(REPORTS[name](report), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"--{name} {path}: {error.strerror}") from error


for _scenario in SCENARIOS.values():
    load.command(_scenario.name, cls=Command, help=_scenario.summary)(_command(_scenario.name))
