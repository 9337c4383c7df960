"""Where profiles are: those that are shipped, by name, and a user's own, by the path of their file.

A file may say `extends: <shipped name>` and then only what differs. Mappings are merged; a figure is replaced whole,
and so is a tempo of another kind.
"""

from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from novastack_simulators.profile.profile import Profile

ENDINGS: Final = (".yaml", ".yml")
# The keys by which a figure and a span are known.
FIGURE: Final = frozenset({"value", "least"})


def profile_names() -> tuple[str, ...]:
    """The shipped profiles, by name."""
    folder = resources.files("novastack_simulators") / "profiles"
    return tuple(sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml")))


def load_profile(name: str) -> Profile:
    """The profile of a shipped name, or of a file. Raises ValueError saying what is wrong, and where."""
    return _own(Path(name)) if name.endswith(ENDINGS) else _shipped(name)


@cache
def _shipped(name: str) -> Profile:
    return Profile.model_validate(_figures(name))


def _figures(name: str) -> dict[str, Any]:
    if name not in profile_names():
        raise ValueError(f"unknown profile {name!r}: known are {_known()}; or give the path of a .yaml file")
    text = (resources.files("novastack_simulators") / "profiles" / f"{name}.yaml").read_text(encoding="utf-8")
    # The quick loader, where PyYAML has it: what is shipped needs no mistakes told.
    figures: dict[str, Any] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    return figures


def _known() -> str:
    return ", ".join(profile_names())


def _own(path: Path) -> Profile:
    given = _read(path)
    whole = merged(_base(path, given.pop("extends")), given) if "extends" in given else given
    try:
        profile = Profile.model_validate(whole)
    except ValidationError as error:
        raise ValueError(f"profile {path}: {'; '.join(_mistakes(whole, error))}") from None
    # Each dialect has a profile that is shipped; what a dialect is, a profile does not know.
    dialects = {_shipped(name).dialect for name in profile_names()}
    if profile.dialect not in dialects:
        known = ", ".join(sorted(dialects))
        raise ValueError(f"profile {path}: dialect: unknown dialect {profile.dialect!r}: known are {known}")
    return profile


def _base(path: Path, name: Any) -> dict[str, Any]:
    """What a file extends; a file cannot extend a file, so nothing goes round in circles."""
    if isinstance(name, str) and name in profile_names():
        return _figures(name)
    what = "a file can only extend a shipped profile" if str(name).endswith(ENDINGS) else "unknown profile"
    raise ValueError(f"profile {path}: extends: {what}, got {name!r}: known are {_known()}")


def _read(path: Path) -> dict[str, Any]:
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"profile {path} cannot be read: {error.strerror}") from None
    except RecursionError:
        raise ValueError(f"profile {path} is nested too deeply") from None
    except (yaml.YAMLError, ValueError) as error:
        raise ValueError(f"profile {path} is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(given, dict):
        raise ValueError(f"profile {path}: expected a mapping")  # noqa: TRY004 - pydantic reports ValueErrors
    return given


def _mistakes(whole: dict[str, Any], error: ValidationError) -> Iterator[str]:
    for each in error.errors(include_url=False, include_context=False):
        text = each["msg"].removeprefix("Value error, ")
        yield f"{_place(whole, each['loc'])}: {'unknown key' if each['type'] == 'extra_forbidden' else text}"


def _place(whole: Any, steps: tuple[str | int, ...]) -> str:
    """`tempo.token_gap`, without the branch of a union that pydantic took; the last step may be what is missing."""
    told, here = [], whole
    for index, step in enumerate(steps):
        inside = step in here if isinstance(here, dict) else isinstance(here, list) and isinstance(step, int)
        if inside or (index == len(steps) - 1 and isinstance(here, dict)):
            told.append(str(step))
        here = here[step] if inside else here
    return ".".join(told)


def merged(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Both, the second over the first."""
    return {
        **base,
        **{key: merged(base[key], value) if _both(base.get(key), value) else value for key, value in more.items()},
    }


def _both(base: Any, more: Any) -> bool:
    if not isinstance(base, dict) or not isinstance(more, dict) or FIGURE & {*base, *more}:
        return False
    kind = base.get("kind", "fitted")
    return bool(more.get("kind", kind) == kind)
