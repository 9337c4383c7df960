"""When a model speaks: `fitted` draws its times from distributions, `engine` lets them come out of a serving engine.

Times are in seconds.
"""

from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from novastack_simulators.profile.figures import Figure, Strict
from novastack_simulators.profile.spreads import AnySpread


class FittedTempo(Strict):
    """Time to the first token, then the gap before each further one; `prefill` is added for each uncached token."""

    kind: Literal["fitted"] = "fitted"
    first_token: AnySpread
    token_gap: AnySpread
    prefill: Figure | None = None

    @cached_property
    def fixed(self) -> bool:
        """Whether it is the same for every request of one length: nothing is drawn, and no prompt is counted."""
        return self.first_token.fixed is not None and self.token_gap.fixed is not None and self.prefill is None


class Terms(Strict):
    """What a step of the engine costs, in seconds; a step's time is their sum.

    `step`: each step. `weights`: to read the weights of all experts once; a step reads those that its tokens reach.
    `token`: each token computed, of a prompt or generated. `sequence`: each sequence in the step.
    `attention`: each pair of a prompt token with a token before it. `kv_token`: each token in the KV cache that a
    generated token looks back at. `arrival`: the front end's work on a request before it can be queued; requests
    that arrive together share the front end, so that each of n takes n times as long.
    """

    step: Figure
    weights: Figure
    token: Figure
    sequence: Figure
    attention: Figure
    kv_token: Figure
    arrival: Figure


class Experts(Strict):
    """A mixture of experts: how many there are, and how many each token uses. One of one is a dense model."""

    total: Figure
    active: Figure

    @model_validator(mode="after")
    def _within(self) -> Self:
        if not 1 <= self.active.value <= self.total.value:
            raise ValueError(
                f"{self.active.value:g} active of {self.total.value:g} experts: expected 1 <= active <= total"
            )
        return self


class EngineTempo(Strict):
    """A serving engine as vLLM is one. `replicas` of it stand side by side, each with a KV cache of its own.

    `max_waiting_requests` and `max_waiting_tokens` bound a replica's queue; without them it is unbounded.
    """

    kind: Literal["engine"]
    replicas: int = Field(default=1, ge=1)
    max_num_seqs: Figure
    max_num_batched_tokens: Figure
    block_size: Figure
    kv_blocks: Figure
    max_waiting_requests: Figure | None = None
    max_waiting_tokens: Figure | None = None
    experts: Experts
    terms: Terms

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Counts are whole and at least 1, and a step has room for a token of every sequence (vLLM asks the same)."""
        counts = ("max_num_seqs", "max_num_batched_tokens", "block_size", "kv_blocks")
        caps = ("max_waiting_requests", "max_waiting_tokens")
        for name in counts + caps:
            figure: Figure | None = getattr(self, name)
            if figure is not None and (figure.value < 1 or not figure.value.is_integer()):
                raise ValueError(f"`{name}` is {figure.value:g}: expected a whole number of at least 1")
        if self.max_num_batched_tokens.value < self.max_num_seqs.value:
            raise ValueError("`max_num_batched_tokens` is less than `max_num_seqs`: expected room for each in a step")
        if self.terms.step.value + self.terms.token.value + self.terms.sequence.value == 0:
            raise ValueError("`terms` make a step take no time: expected `step`, `token` or `sequence` above 0")
        return self


def _kind(given: Any) -> Any:
    """A tempo that does not say its kind is fitted."""
    return given.get("kind", "fitted") if isinstance(given, dict) else getattr(given, "kind", None)


Tempo = Annotated[
    Annotated[FittedTempo, Tag("fitted")] | Annotated[EngineTempo, Tag("engine")],
    Discriminator(
        _kind, custom_error_type="tempo", custom_error_message="unknown kind of tempo: known are fitted, engine"
    ),
]
