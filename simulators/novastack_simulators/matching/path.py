"""A path into a JSON body: `metadata.team`, `messages[0].content`, `tools[-1]["odd.name"]`.

It leads to one value or to none: a name that is not there, an index beyond the end and a null in between are none.
"""

import re
from functools import cache
from typing import Any, Final

Steps = tuple[str | int, ...]
LONGEST: Final = 500
STEP: Final = re.compile(
    r'(?P<dot>\.?)(?P<name>[^.\[\]"\s]+)|\[(?P<index>-?\d{1,6})\]|\[(?P<quoted>"(?:[^"\\]|\\.)*")\]'
)


@cache
def steps(path: str) -> Steps:
    """The names and indices of a path. Raises ValueError saying at which character it cannot be read."""
    found: list[str | int] = []
    position = 0
    while position < len(path) and len(path) <= LONGEST:
        step = STEP.match(path, position)
        if step is None or (step["name"] and bool(step["dot"]) != bool(position)):
            break
        found.append(_step(step))
        position = step.end()
    if not path or position < len(path):
        text = f"{path!r} cannot be read at character {position + 1}"
        raise ValueError(f'{text}: a path is names and indices, as in messages[0].content or metadata["odd.name"]')
    return tuple(found)


def _step(found: re.Match[str]) -> str | int:
    if found["index"]:
        return int(found["index"])
    return found["name"] or re.sub(r"\\(.)", r"\1", found["quoted"][1:-1])


def values(body: Any, path: str) -> tuple[Any, ...]:
    """The one value to which a path leads, or none."""
    here = body
    for step in steps(path):
        if isinstance(step, str):
            if not isinstance(here, dict) or step not in here:
                return ()
        elif not isinstance(here, list) or not -len(here) <= step < len(here):
            return ()
        here = here[step]
    return (here,)
