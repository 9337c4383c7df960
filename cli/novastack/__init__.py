"""The front door of the laboratory: one command, `novastack`, over the four programs."""

from importlib.metadata import version

__version__ = version("novastack")
