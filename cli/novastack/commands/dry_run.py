"""`novastack simulate --dry-run`: a trace in virtual time. Nothing is served and nobody sleeps."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from rich.box import SIMPLE_HEAD
from rich.table import Table

from novastack.failure import USAGE, FailureError
from novastack.tables import console_of
from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.generation import seeded
from novastack_simulators.profile import EngineTempo, Tempo
from novastack_simulators.tempo.outcome import Outcome, duration, measured
from novastack_simulators.tempo.replay import Replay, replay
from novastack_simulators.tempo.trace import Request, TraceError, arrival, read, shared

MEASURES: Final = {"ttft": "TTFT", "itl": "ITL", "tpot": "TPOT", "e2e": "E2E"}


def dry_run(trace: Path, settings: SimulatorsConfig, out: Path | None = None) -> None:
    """Plays a trace on the configured upstreams, tells how it went, and writes a line for each request to `out`.

    Raises FailureError.
    """
    requests = read_trace(trace)
    chosen = _chosen(requests, settings.upstreams, trace)
    lines: list[tuple[int, dict[str, Any]]] = []
    for upstream in settings.upstreams:
        here = [request for request, name in zip(requests, chosen, strict=True) if name == upstream.name]
        if here:
            tempo = upstream.simulated().tempo
            seed = settings.seed if upstream.seed is None else upstream.seed
            played = _played(here, tempo, seed, upstream.name)
            console_of().print(_table(upstream.name, tempo, played))
            lines += _lines(upstream.name, here, played)
    if out is not None:
        _write(out, [line for _, line in sorted(lines, key=lambda each: each[0])])


def read_trace(trace: Path) -> list[Request]:
    """The requests of a file.

    Raises FailureError with a sentence for each line that cannot be read.
    """
    try:
        return read(trace.read_bytes().splitlines())
    except OSError as error:
        raise FailureError(f"{trace}: cannot be read: {error.strerror}", status=USAGE) from None
    except TraceError as error:
        raise FailureError("\n".join(f"{trace}: {line}" for line in str(error).splitlines()), status=USAGE) from None


def _played(requests: Sequence[Request], tempo: Tempo, seed: int, name: str) -> Replay:
    size = int(tempo.block_size.value) if isinstance(tempo, EngineTempo) else None
    return replay((arrival(request, size) for request in requests), tempo, seeded("dry-run", seed, name))


def _chosen(requests: Sequence[Request], upstreams: Sequence[UpstreamConfig], trace: Path) -> list[str]:
    """The upstream of each request: the only one, or the one that has its model."""
    if len(upstreams) == 1:
        return [upstreams[0].name] * len(requests)
    owners: dict[str | None, str] = {}
    for upstream in upstreams:
        for known in (upstream.name, *upstream.simulated().models):
            owners.setdefault(known, upstream.name)
    unknown = next((each for each in requests if each.model not in owners), None)
    if unknown is not None:
        said = "names no model" if unknown.model is None else f"names the model {unknown.model!r}"
        raise FailureError(
            f"{trace}: line {unknown.line} {said}: with several upstreams one of {', '.join(map(str, owners))} is expected; "
            "choose a single upstream with --only",
            status=USAGE,
        )
    return [owners[request.model] for request in requests]


def _table(name: str, tempo: Tempo, played: Replay) -> Table:
    """Times in milliseconds, and below them what was made."""
    table = Table(
        box=SIMPLE_HEAD,
        title=f"{name} ({tempo.kind}), virtual time",
        title_justify="left",
        title_style="bold",
        caption="\n".join(_summary(played)),
        caption_justify="left",
        caption_style="",
    )
    table.add_column("milliseconds")
    for column in ("mean", "p50", "p90", "p99"):
        table.add_column(column, justify="right")
    for measure, found in measured(played.outcomes).items():
        cells = ["-"] * 4 if found is None else [f"{seconds * 1000:,.1f}" for seconds in found]
        table.add_row(MEASURES[measure], *cells)
    return table


def _summary(played: Replay) -> Iterator[str]:
    outcomes, seconds = played.outcomes, duration(played.outcomes)
    made = sum(len(each.tokens) for each in outcomes)
    read_in = sum(each.prompt_tokens for each in outcomes if each.tokens)
    yield f"requests   {len(outcomes):,} in {seconds:,.2f} s"
    yield f"refused    {_refused(outcomes)}"
    if seconds:
        yield f"tokens/s   {made / seconds:,.1f} out, {(made + read_in) / seconds:,.1f} in all"
    if played.gauges is not None:
        gauges = played.gauges
        share = gauges.hits / gauges.queried if gauges.queried else 0.0
        yield f"preempted  {gauges.preemptions:,}"
        yield f"cached     {share:.1%} of the prompt tokens"


def _refused(outcomes: Sequence[Outcome]) -> str:
    reasons = [each.refused for each in outcomes if each.refused]
    return ", ".join(f"{reasons.count(reason):,} ({reason})" for reason in sorted(set(reasons))) or "0"


def _lines(name: str, requests: Sequence[Request], played: Replay) -> Iterator[tuple[int, dict[str, Any]]]:
    """What `novastack calibrate` reads again."""
    for request, outcome in zip(requests, played.outcomes, strict=True):
        given = {"line": request.line, "upstream": name, "arrival": request.at, "prompt_tokens": request.prompt_tokens}
        yield request.line, {**given, **shared(request.prefix), **_became(outcome)}


def _became(outcome: Outcome) -> Mapping[str, Any]:
    """Times after the arrival, to the microsecond."""
    if outcome.refused:
        return {"refused": outcome.refused}
    after = [round(at - outcome.arrival, 6) for at in outcome.tokens]
    waits = {"queued": outcome.queued, "scheduled": outcome.scheduled}
    return {
        "output_tokens": len(after),
        **{what: round(at - outcome.arrival, 6) for what, at in waits.items() if at is not None},
        "ttft": after[0],
        "e2e": after[-1],
        "token_times": after,
    }


def _write(out: Path, lines: Sequence[Mapping[str, Any]]) -> None:
    try:
        out.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    except OSError as error:
        raise FailureError(f"--out {out}: cannot be written: {error.strerror}", status=USAGE) from None
