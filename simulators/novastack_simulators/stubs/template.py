"""The words of a canned reply, with the request's own put in: `{{ last_message }}`, `{{ json.metadata.team }}`.

Nothing is evaluated and what is put in is not read again. An unknown name is an error when the stub is loaded; a
value that a request does not have is the empty text. `\\{{` stands for the two braces themselves.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import AfterValidator

from novastack_simulators.matching import path
from novastack_simulators.matching.match import readable_header
from novastack_simulators.matching.predicate import written
from novastack_simulators.matching.scene import Scene

FIELD: Final = re.compile(r"\\\{\{|\{\{(.*?)\}\}|\{\{", re.DOTALL)
MOST: Final = 20  # fields in one text, and
LONGEST: Final = 100_000  # characters of one value: so much can a request make of a reply

NAMES: Final[Mapping[str, Callable[[Scene], str]]] = MappingProxyType({
    "last_message": lambda scene: scene.last_message,
    "tool_result": lambda scene: scene.tool_results[-1] if scene.tool_results else "",
    "model": lambda scene: scene.prompt.model,
    "canary": lambda scene: f"canary:{scene.prompt.canary}" if scene.prompt.canary else "",
})  # fmt: skip
FAMILIES: Final[Mapping[str, Callable[[Scene, str], tuple[Any, ...]]]] = MappingProxyType({
    "json": lambda scene, name: path.values(scene.json, name),
    "header": lambda scene, name: (scene.fields[name.lower()],) if name.lower() in scene.fields else (),
})  # fmt: skip
READABLE: Final[Mapping[str, Callable[[str], object]]] = MappingProxyType(
    {"json": path.steps, "header": readable_header}
)


def readable(text: str) -> str:
    """The template. Raises ValueError for braces left open, a name that is not known, and too many of them."""
    names = [found[1] for found in FIELD.finditer(text) if not found[0].startswith("\\")]
    if len(names) > MOST:
        raise ValueError(f"a text has at most {MOST} fields, this one has {len(names)}")
    for name in names:
        if name is None:
            raise ValueError("'{{' is not closed; write '\\{{' for the braces themselves")
        _known(name.strip())
    return text


def _known(name: str) -> None:
    family, dot, rest = name.partition(".")
    if dot and family in READABLE:
        READABLE[family](rest)
    elif name not in NAMES:
        raise ValueError(f"unknown name {{{{ {name} }}}}: known are {', '.join(NAMES)}, json.<path>, header.<name>")


def filled(text: str, scene: Scene) -> str:
    """The text with the request's values put in."""
    return FIELD.sub(lambda found: "{{" if found[1] is None else _value(found[1].strip(), scene)[:LONGEST], text)


def _value(name: str, scene: Scene) -> str:
    if name in NAMES:
        return NAMES[name](scene)
    family, _, rest = name.partition(".")
    return "".join(each if isinstance(each, str) else written(each) for each in FAMILIES[family](scene, rest))


def everywhere(value: Any, change: Callable[[str], str]) -> Any:
    """A JSON value with each text in it changed, names left alone."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [everywhere(part, change) for part in value]
    return {name: everywhere(part, change) for name, part in value.items()} if isinstance(value, dict) else value


Template = Annotated[str, AfterValidator(readable)]
