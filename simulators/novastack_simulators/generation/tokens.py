"""The one segmenter: it cuts text into tokens that join to the same text, offline and always alike.

With the extra `tokens` it is the vocabulary that the profile names, as splintr-rs brings it along; without, runs of
letters. Characters that a vocabulary cuts inside their UTF-8 bytes are said with the last of their tokens, and the
tokens before it say nothing yet: no piece of text is ever half a character, and the count stays true.
"""

import codecs
import re
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from novastack_simulators.profile import Profile

# Letters up to U+052F (Latin, Greek, Cyrillic) run together; any other letter is a token of its own,
# which comes near what the measured vocabularies do with Chinese (1.4 to 2.3 characters per token).
LETTER: Final = "A-Za-z\u00aa-\u052f"
SAMPLE: Final = 100_000
# The longest run of letters in one token, or the name of a vocabulary.
Unit = int | str


def unit(profile: Profile) -> Unit:
    """What a profile's tokens are: its vocabulary where that is at hand, else runs of letters."""
    named = profile.vocabulary
    return named if named is not None and _vocabularies() else int(profile.letters.value)


def segment(text: str, by: Unit) -> tuple[str, ...]:
    """The tokens of a text."""
    return _vocabulary_tokens(text, by) if isinstance(by, str) else tuple(_pattern(by).findall(text))


def count(text: str, by: Unit) -> int:
    """How many tokens a text has. Beyond 100,000 characters the rest is scaled from them, to bound the work."""
    sample = text[:SAMPLE]
    if isinstance(by, str):
        counted = len(_tokenizer(by).encode_ordinary(sample))
    else:
        counted = sum(1 for _ in _pattern(by).finditer(sample))
    return counted if len(text) <= SAMPLE else counted * len(text) // SAMPLE


def vocabulary(by: Unit) -> Any | None:
    """The vocabulary itself, for those who tell its numbers; None where tokens are runs of letters."""
    return _tokenizer(by) if isinstance(by, str) else None


@cache
def _pattern(letters: int) -> re.Pattern[str]:
    return re.compile(rf" ?[{LETTER}]{{1,{letters}}}| ?\d{{1,3}}| ?[^\w\s]{{1,2}}|\s+|.", re.DOTALL)


@cache
def _vocabularies() -> bool:
    """Whether the extra is installed."""
    return find_spec("splintr") is not None


@cache
def _tokenizer(name: str) -> Any:
    """A bundled vocabulary: nothing is fetched. It takes 40 MB and a tenth of a second, so only who needs it has it."""
    return import_module("splintr").Tokenizer.from_pretrained(name)


def _vocabulary_tokens(text: str, name: str) -> tuple[str, ...]:
    """`encode_ordinary` takes <|im_start|> and the like for plain text, as a server takes what a user writes."""
    tokenizer = _tokenizer(name)
    decoder = codecs.getincrementaldecoder("utf-8")()
    return tuple(decoder.decode(tokenizer.decode_token_bytes(each)) for each in tokenizer.encode_ordinary(text))
