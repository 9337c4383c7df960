"""What of a request a matcher can read: no value, one, or several. A subject that takes a name gets it.

SUBJECTS are known as soon as a request is understood, so stubs go by them; ARRIVALS once it was counted and a stub was
looked for, so only faults do.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from novastack_simulators.matching import path
from novastack_simulators.matching.scene import Scene

Reader = Callable[[Scene, str], tuple[Any, ...]]


def _known(value: Any) -> tuple[Any, ...]:
    return () if value is None else (value,)


SUBJECTS: Final[Mapping[str, Reader]] = MappingProxyType({
    "model": lambda scene, _: (scene.prompt.model,),
    "last_message": lambda scene, _: (scene.last_message,),
    "any_message": lambda scene, _: tuple(turn.text for turn in scene.prompt.turns),
    "tool_result": lambda scene, _: scene.tool_results,
    "header": lambda scene, name: (scene.fields[name],) if name in scene.fields else (),
    "json": lambda scene, name: path.values(scene.json, name),
})  # fmt: skip
ARRIVALS: Final[Mapping[str, Reader]] = MappingProxyType({
    "key": lambda scene, _: _known(scene.key),
    "stub": lambda scene, _: _known(scene.stub),
    "attempt": lambda scene, _: (scene.attempt,),
})  # fmt: skip
READERS: Final[Mapping[str, Reader]] = MappingProxyType({**SUBJECTS, **ARRIVALS})
