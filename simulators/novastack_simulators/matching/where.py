"""To which requests a fault applies: what a stub may match, and besides it the key, the stub that replies, the attempt.

A key is compared by its fingerprint and kept as nothing else: what lists a fault shows no key.
"""

import re
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, model_serializer

from novastack_simulators.journal import fingerprint
from novastack_simulators.matching.match import Match
from novastack_simulators.matching.predicate import Text, Value, WantedText

FINGERPRINT: Final = re.compile(r"sha256:[0-9a-f]{12}")


def fingerprinted(given: Any) -> Any:
    """The fingerprint in place of a plain key. What was given is never told: it may be a key."""
    key = given.get("equals") if isinstance(given, dict) and given.keys() == {"equals"} else given
    if isinstance(key, WantedText):
        return key
    if not isinstance(key, str) or not key:
        raise ValueError(
            'expected a key or its fingerprint ("sha256:" and 12 hexadecimal digits), and no more than that'
        )
    return {"equals": key if FINGERPRINT.fullmatch(key) else fingerprint(key)}


class Where(Match):
    """All that are given must hold; none at all matches every request."""

    key: Annotated[Text, BeforeValidator(fingerprinted)] | None = None
    stub: Text | None = None
    attempt: Value | None = None

    @model_serializer(mode="plain")
    def _as_given(self) -> dict[str, Any]:
        """Without what was not given: to a matcher it would say something."""
        fields = {field.alias or name: getattr(self, name) for name, field in type(self).model_fields.items()}
        given = {subject: wanted for subject, wanted in fields.items() if wanted}
        return {subject: _shown(wanted) for subject, wanted in given.items()}


def both(one: Where, other: Where) -> Where:
    """What holds where both do. Raises ValueError if they want the same in different words."""
    return Where.model_validate(_both(one.model_dump(), other.model_dump(), "where"))


def _both(one: dict[str, Any], other: dict[str, Any], place: str) -> dict[str, Any]:
    merged = {**one, **other}
    for name in one.keys() & other.keys():
        inside = f"{place}.{name}"
        if isinstance(one[name], dict) and isinstance(other[name], dict):
            merged[name] = _both(one[name], other[name], inside)
        elif one[name] != other[name]:
            raise ValueError(f"{inside} is said already, and otherwise: take one of them out")
    return merged


def _shown(wanted: Any) -> Any:
    if isinstance(wanted, dict):
        return {name: _shown(each) for name, each in wanted.items()}
    return wanted.model_dump(mode="json", exclude_unset=True)
