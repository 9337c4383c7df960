"""When an answer is said. Pure: the frames and a seed in, due times out."""

from novastack_simulators.tempo.fitted import pulse, schedule

__all__ = ["pulse", "schedule"]
