"""The engine held against published benchmarks of the model whose profile it is.

`python -m novastack_simulators.tempo.published` prints the tables of docs/tempo.md, with `fit` the terms that fit best.
"""
