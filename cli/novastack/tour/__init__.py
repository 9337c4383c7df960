"""What `novastack demo` shows, one file per kind of thing; each says whether it held."""

from collections.abc import Iterator
from functools import partial

from novastack.tour import ask, fault, judge
from novastack.tour.step import Show


def tour() -> Iterator[tuple[str, Show]]:
    """All that is shown, by name, in the order in which it is shown."""
    for model, upstream in ask.MODELS:
        yield f"ask {model}", partial(ask.ask, model, upstream)
        yield f"stream {model}", partial(ask.stream, model, upstream)
    yield f"fault: cut {fault.UPSTREAM}", fault.break_one_stream
    for _, model in ask.MODELS:
        yield f"check {model}", partial(judge.judge, model)
    yield "load routing", judge.routing
    yield "load ratelimit", judge.ratelimit
