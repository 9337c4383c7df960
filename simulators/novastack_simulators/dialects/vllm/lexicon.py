"""Numbers for tokens, both ways. A token's number comes from its text, so it is the same in every process."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

HIGHEST: Final = 2**31


class UnknownTokenError(ValueError):
    """A number that stands for no token that was seen."""


class Lexicon:
    """The tokens that were numbered, the latest `capacity` of them; two that draw one number get neighbouring ones."""

    def __init__(self, *, capacity: int = 500_000) -> None:
        self._capacity = capacity
        self._numbers: OrderedDict[str, int] = OrderedDict()
        self._tokens: dict[int, str] = {}

    def numbers(self, tokens: Iterable[str]) -> list[int]:
        return [self._number(token) for token in tokens]

    def text(self, numbers: Iterable[int]) -> str:
        """The tokens put together again. Raises UnknownTokenError."""
        return "".join(self._token(number) for number in numbers)

    def _token(self, number: int) -> str:
        if number not in self._tokens:
            raise UnknownTokenError(f"token id {number} is out of vocabulary")
        return self._tokens[number]

    def _number(self, token: str) -> int:
        if token in self._numbers:
            self._numbers.move_to_end(token)
            return self._numbers[token]
        number: int = int.from_bytes(hashlib.blake2b(token.encode(), digest_size=8).digest(), "big") % HIGHEST
        while number in self._tokens:
            number = (number + 1) % HIGHEST
        self._numbers[token], self._tokens[number] = number, token
        if len(self._numbers) > self._capacity:
            del self._tokens[self._numbers.popitem(last=False)[1]]
        return number
