"""When a model speaks."""

from novastack_simulators.profile.figures import Spread, Strict


class Tempo(Strict):
    """When the model speaks: time to the first token, then the gap between tokens, in seconds."""

    first_token: Spread
    token_gap: Spread
