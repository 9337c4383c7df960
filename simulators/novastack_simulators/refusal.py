"""A refusal says what was wrong in neutral words; the dialect's table turns it into the provider's own body."""

from typing import Any, Final, NamedTuple

KINDS: Final = (
    "malformed",
    "not_object",
    "missing",
    "type",
    "invalid",
    "range",
    "unsupported",
    "extra",
    "role",
    "model",
    "context",
    "key_missing",
    "key_wrong",
    "path",
    "method",
    "too_large",
    "quota",
    "outsized",
)


class Refusal(Exception):  # noqa: N818 - nothing failed: to refuse is the right answer
    """The request cannot be answered: `kind` is one of KINDS, `details` fill the dialect's text for that kind."""

    def __init__(self, kind: str, **details: Any) -> None:
        super().__init__(kind)
        self.kind = kind
        self.details = details


class Shape(NamedTuple):
    """One row of a dialect's table: status, the body's `type`, `code` and `param`, and the text with its {details}."""

    status: int
    type: str
    code: str | None
    text: str
    param: str | None = None
