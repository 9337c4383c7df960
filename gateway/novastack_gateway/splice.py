"""Change single members of a JSON object and leave every other byte as it came.

Decoding and encoding again would lose 2^53+1, -0.0, 1e-7, key order and unknown escapes; a splice cannot.
The text must have been validated as one JSON object before.
"""

import re
from collections.abc import Iterator, Mapping

import msgspec

# Strings are read in runs, not letter by letter: a prompt may have ten million of them.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],:]', re.DOTALL)
_FIRST_MODEL = re.compile(rb'\s*\{\s*"model"\s*:\s*("[^"\\]*+(?:\\.[^"\\]*+)*+")', re.DOTALL)
_SPACE = b" \t\n\r"


class DuplicateMember(ValueError):  # noqa: N818 - says what is wrong with the object
    """A member stands twice, so that two readers could see two values."""


def members(text: bytes) -> Iterator[tuple[str, int, int]]:
    """Each top-level member: its name, and where its value begins and ends."""
    depth = 0
    name: str | None = None
    begin = 0
    key: bytes | None = None
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in (b"{", b"["):
            depth += 1
        elif depth == 1 and mark == b":" and name is None and key is not None:
            name, begin = msgspec.json.decode(key, type=str), token.end()
        elif depth == 1 and mark in (b",", b"}") and name is not None:
            value = text[begin : token.start()]
            begin += len(value) - len(value.lstrip(_SPACE))
            yield name, begin, begin + len(value.strip(_SPACE))
            name = None
        if mark in (b"}", b"]"):
            depth -= 1
        key = mark if mark[:1] == b'"' else key


def replace(text: bytes, values: Mapping[str, bytes]) -> bytes:
    """`text` with the values of the named top-level members replaced; names that are absent are put in front.

    Raises DuplicateMember when one of them stands twice.
    """
    spans: dict[str, tuple[int, int]] = {}
    for name, begin, end in members(text):
        if name in values:
            if name in spans:
                raise DuplicateMember(name)
            spans[name] = (begin, end)
    for name, (begin, end) in sorted(spans.items(), key=lambda span: -span[1][0]):
        text = text[:begin] + values[name] + text[end:]
    for name in values.keys() - spans.keys():
        text = insert(text, name, values[name])
    return text


def insert(text: bytes, name: str, value: bytes) -> bytes:
    """`text` with one more member in front; the object must not be empty."""
    brace = text.index(b"{") + 1
    return text[:brace] + msgspec.json.encode(name) + b":" + value + b"," + text[brace:]


def replace_model(text: bytes, model: str) -> bytes:
    """`text` with another `model`.

    Raises DuplicateMember when it stands twice: the router and the upstream could read different names.
    """
    value = msgspec.json.encode(model)
    first = _FIRST_MODEL.match(text)
    # One "model" in the whole text, and it opens the object: no need to look further. Written with escapes, each of
    # its letters would need \u006.
    if first and text.count(b'"model"') == 1 and b"\\u006" not in text:
        return text[: first.start(1)] + value + text[first.end(1) :]
    return replace(text, {"model": value})
