"""What an account may use of a provider, and how much of it is left. Pure: the time is given."""

from novastack_simulators.quotas.meter import Level, Meter

__all__ = ["Level", "Meter"]
