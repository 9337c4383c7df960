"""Numbers for tokens, both ways: the vocabulary's own where it is at hand, else numbers made from the tokens' text.

A part is a piece of a prompt and whether it is one token of the chat template.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, Final, Protocol

from novastack_simulators.generation.tokens import Unit, segment

Part = tuple[str, bool]
HIGHEST: Final = 2**31


class UnknownTokenError(ValueError):
    """A number that stands for no token."""

    def __init__(self, number: int) -> None:
        super().__init__(f"token id {number} is out of vocabulary")


class Numbering(Protocol):
    """Both directions; `text` raises UnknownTokenError."""

    def numbers(self, parts: Iterable[Part]) -> list[int]: ...

    def text(self, numbers: Iterable[int]) -> str: ...


def tokens(parts: Iterable[Part], by: Unit) -> list[str]:
    """The tokens of all parts as text."""
    return [token for text, template in parts for token in ((text,) if template else segment(text, by))]


class Vocabulary:
    """A real vocabulary: the numbers that the model itself would be given."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._special: dict[str, int] = tokenizer.special_tokens()
        self._named: dict[int, str] = {number: text for text, number in self._special.items()}

    def numbers(self, parts: Iterable[Part]) -> list[int]:
        return [number for text, template in parts for number in self._numbers(text, template=template)]

    def _numbers(self, text: str, *, template: bool) -> list[int]:
        special = self._special.get(text) if template else None
        return list(self._tokenizer.encode_ordinary(text)) if special is None else [special]

    def text(self, numbers: Iterable[int]) -> str:
        return b"".join(self._bytes(number) for number in numbers).decode(errors="replace")

    def _bytes(self, number: int) -> bytes:
        if number in self._named:
            return self._named[number].encode()
        try:
            return bytes(self._tokenizer.decode_token_bytes(number))
        except (ValueError, OverflowError):
            raise UnknownTokenError(number) from None


class Lexicon:
    """Runs of letters have no numbers, so each token gets one from its text: the same in every process.

    The latest `capacity` tokens are kept; two that draw one number get neighbouring ones.
    """

    def __init__(self, by: Unit, *, capacity: int = 500_000) -> None:
        self._by = by
        self._capacity = capacity
        self._numbers: OrderedDict[str, int] = OrderedDict()
        self._tokens: dict[int, str] = {}

    def numbers(self, parts: Iterable[Part]) -> list[int]:
        return [self._number(token) for token in tokens(parts, self._by)]

    def text(self, numbers: Iterable[int]) -> str:
        return "".join(self._token(number) for number in numbers)

    def _token(self, number: int) -> str:
        if number not in self._tokens:
            raise UnknownTokenError(number)
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
