"""A recording proxy in front of a real endpoint: what it passes on is what came, byte for byte."""
