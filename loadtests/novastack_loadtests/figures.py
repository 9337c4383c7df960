"""Numbers in header text.

Rule of this file: a header is whatever the other side wrote; what is not plainly a number is None, never an error.
"""

import re
from typing import Final

#: RFC 9110, 10.2.3: delay-seconds is one or more digits. Nine are enough for every count and delay that is meant.
DIGITS: Final = re.compile(r"[0-9]{1,9}")


def whole(text: str | None) -> int | None:
    """The non-negative whole number that the text is, or None."""
    return int(text) if text is not None and DIGITS.fullmatch(text) else None
