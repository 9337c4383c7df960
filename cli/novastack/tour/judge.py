"""The judge on each model of the gateway, and the crowd with its verdicts."""

from typing import Final

from novastack.tour.step import Stage, Step
from novastack_contracts import Exit, Profile, Target, check
from novastack_loadtests.run import run
from novastack_loadtests.settings import Settings

SECONDS_OF_LOAD: Final = 5.0
"""Of each of the two scenarios: ten in all."""


def judge(model: str, stage: Stage) -> Step:
    """The contract rules on the gateway, asked for one model."""
    report = check(Target.parse(stage.url, model=model, key=stage.key))
    counts = ", ".join(f"{count} {verdict}" for verdict, count in report.counts(Profile.COMPAT).items())
    fatal = ", ".join(result.rule.id for result in report.fatal(Profile.COMPAT))
    seen = report.stopped or f"{counts} in {report.requests} requests" + (f"; broken: {fatal}" if fatal else "")
    return Step(held=report.exit_code(Profile.COMPAT) is Exit.KEPT, seen=seen)


def routing(stage: Stage) -> Step:
    """The crowd on the key without a limit: every answer from the upstream that it should come from."""
    return _load("routing", stage.key, stage)


def ratelimit(stage: Stage) -> Step:
    """The crowd on the key with a limit: never more than it, and not less."""
    return _load("ratelimit", stage.limited_key, stage)


def _load(scenario: str, key: str, stage: Stage) -> Step:
    origins = tuple(endpoint.control_url.removesuffix("/_sim") for endpoint in stage.simulators.values())
    settings = Settings(scenario=scenario, url=stage.url, api_key=key, simulators=origins, duration=SECONDS_OF_LOAD)
    report = run(settings)
    return Step(held=report.outcome == "PASS", seen=f"{report.outcome}: {report.summary}")
