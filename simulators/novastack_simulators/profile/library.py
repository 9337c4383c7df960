"""Where profiles are: those that are shipped, by name, and a user's own, by the path of their file.

A file may say `extends: <shipped name>` and then only what differs; mappings are merged, anything else is replaced.
"""

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from novastack_simulators.profile.profile import Profile

ENDINGS: Final = (".yaml", ".yml")


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
        known = ", ".join(profile_names())
        raise ValueError(f"unknown profile {name!r}: known are {known}; or give the path of a .yaml file")
    text = (resources.files("novastack_simulators") / "profiles" / f"{name}.yaml").read_text(encoding="utf-8")
    figures: dict[str, Any] = yaml.safe_load(text)
    return figures


def _own(path: Path) -> Profile:
    given = _read(path)
    base = given.pop("extends", None)
    try:
        return Profile.model_validate(given if base is None else merged(_figures(str(base)), given))
    except ValidationError as error:
        places = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors(include_url=False))
        raise ValueError(f"profile {path}: {'; '.join(places)}") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"profile {path} cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"profile {path} is not YAML: {error}".replace("\n", " ")) from None
    if not isinstance(given, dict):
        raise ValueError(f"profile {path}: expected a mapping")  # noqa: TRY004 - pydantic reports ValueErrors
    return given


def merged(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Both, the second over the first; a figure or a tempo, which is one thing, is replaced whole."""
    return {
        **base,
        **{key: merged(base[key], value) if _both(base.get(key), value) else value for key, value in more.items()},
    }


def _both(base: Any, more: Any) -> bool:
    return isinstance(base, dict) and isinstance(more, dict) and not {"value", "kind", "least"} & {*base, *more}
