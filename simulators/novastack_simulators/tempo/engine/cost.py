"""How long a step takes: a sum of named terms, each with its own physical reason (a roofline in pieces).

Of the experts' weights a step reads those that any of its tokens reach: each token picks `active` of `total` anew, so
n tokens miss a given expert with the chance (1 - active / total) ** n.
"""

from typing import NamedTuple

from novastack_simulators.profile.tempo import EngineTempo


class Load(NamedTuple):
    """What a step has to do. `pairs`: prompt tokens times the tokens before them; `context`: KV tokens looked at."""

    tokens: int
    sequences: int
    pairs: float
    context: int


class Cost(NamedTuple):
    """The figures of a tempo's terms, ready to be summed."""

    step: float
    weights: float
    token: float
    sequence: float
    attention: float
    kv_token: float
    missed: float

    def of(self, load: Load) -> float:
        """The seconds that a step takes."""
        tokens, sequences, pairs, context = load
        return (
            self.step
            + self.weights * (1.0 - self.missed**tokens)
            + self.token * tokens
            + self.sequence * sequences
            + self.attention * pairs
            + self.kv_token * context
        )


def cost(tempo: EngineTempo) -> Cost:
    """The cost of a step under this tempo."""
    terms, experts = tempo.terms, tempo.experts
    return Cost(
        step=terms.step.value,
        weights=terms.weights.value,
        token=terms.token.value,
        sequence=terms.sequence.value,
        attention=terms.attention.value,
        kv_token=terms.kv_token.value,
        missed=1.0 - experts.active.value / experts.total.value,
    )
