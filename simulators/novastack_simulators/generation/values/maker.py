"""What a maker is: from a demand, a place and the way to make parts, to a value."""

from collections.abc import Callable, Sequence
from typing import Any

from novastack_simulators.generation.values.demand import Demand
from novastack_simulators.generation.values.place import Place

Make = Callable[[Sequence[Any], Place], Any]
Maker = Callable[[Demand, Place, Make], Any]
