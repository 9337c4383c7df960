"""What the front door tells a person who asked for something that cannot be done: one line, or one line per mistake."""

from typing import Final

FAILED: Final = 1
USAGE: Final = 3


class FailureError(Exception):
    """A foreseen failure: its text is shown as it is, without a traceback, and `status` is the exit status."""

    def __init__(self, text: str, *, status: int = FAILED) -> None:
        super().__init__(text)
        self.status = status
