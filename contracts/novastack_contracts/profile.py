"""The two readings of the wire that one run is judged by; every other file takes the names from here."""

from enum import StrEnum
from typing import Final


class Profile(StrEnum):
    """`strict` is OpenAI's own wire as documented and recorded; `compat` is what SDKs and applications need."""

    COMPAT = "compat"
    STRICT = "strict"


BOTH: Final = frozenset(Profile)
STRICT_ONLY: Final = frozenset({Profile.STRICT})
