"""`python -m novastack_simulators.tempo.published [fit]`."""

import sys

from novastack_simulators.profile import EngineTempo, load_profile
from novastack_simulators.tempo.published.fit import fitted
from novastack_simulators.tempo.published.rows import published
from novastack_simulators.tempo.published.table import results, tables


def main(arguments: list[str]) -> None:
    """Prints the tables, or the terms."""
    tempo = load_profile("qwen3-235b-a22b-vllm").tempo
    assert isinstance(tempo, EngineTempo)
    if arguments == ["fit"]:
        for name, value in fitted(tempo, published()).items():
            sys.stdout.write(f"{name}: {value:.4g}\n")
    else:
        sys.stdout.write(tables(results(tempo, published()), published()))


if __name__ == "__main__":
    main(sys.argv[1:])
