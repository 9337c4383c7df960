"""The front door of the laboratory: one command, `novastack`, over the four programs."""

__version__ = "0.1.0"
