"""From the words of a test to a stub of the simulator. Pure.

Of the replies that fit a request the one with the most matchers is given, of equals the latest.
"""

from collections.abc import Mapping
from typing import Any, Final

from novastack.testing.words import To

SUBJECTS: Final = ("model", "any_message", "tool_result", "header", "json")
NAMED: Final = ("header", "json")
WEIGHT: Final = 1_000


def stub(number: int, words: Mapping[str, Any], reply: Mapping[str, Any]) -> dict[str, Any]:
    """The `number`-th stub of a test, counted from 1: all `words` that do not say whom it is for belong to the reply."""
    match = _match(words)
    matchers = sum(len(wanted) if subject in NAMED else 1 for subject, wanted in match.items())
    said = {word: value for word, value in words.items() if word not in To.__annotations__}
    return {
        "name": words.get("name", f"reply-{number}"),
        "priority": words.get("priority", matchers * WEIGHT + number),
        "match": match,
        "reply": {**said, **reply},
    }


def _match(words: Mapping[str, Any]) -> dict[str, Any]:
    match = {subject: words[subject] for subject in SUBJECTS if subject in words}
    if "to" in words:
        to = words["to"]
        match["last_message"] = {"contains": to} if isinstance(to, str) else to
    return match


def answer(given: str | Mapping[str, Any]) -> Mapping[str, Any]:
    """One answer of a sequence: a bare text is short for its `text`."""
    return {"text": given} if isinstance(given, str) else given
