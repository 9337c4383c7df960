"""What becomes of every parameter of a chat request that the Messages API has no counterpart for.

Nothing is lost silently: a parameter is translated, or dropped and named in `x-novastack-dropped`, or the request is
refused with the parameter named. Refused is what would change the shape of the answer; dropped is what only tunes it.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from novastack_gateway import reading
from novastack_gateway.dialects.anthropic.chat import Chat
from novastack_gateway.errors import Problem

_TRANSLATED: Final = frozenset({*Chat.__struct_fields__, "model", "stream_options"})

# A parameter, and the values with which it asks for what cannot be had.
_REFUSED: Final[Mapping[str, Callable[[Any], bool]]] = {
    "n": lambda value: value != 1,
    "logprobs": bool,
    "top_logprobs": bool,
    "functions": bool,
    "function_call": bool,
    "audio": bool,
    "modalities": lambda value: value != ["text"],
    "web_search_options": lambda value: value is not None,
}

# With these values a parameter asks for nothing: leaving it out is not worth a word.
_NEUTRAL: Final[Mapping[str, tuple[Any, ...]]] = {
    "n": (1,),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "modalities": (["text"],),
    "presence_penalty": (0,),
    "frequency_penalty": (0,),
    "logit_bias": ({},),
    "store": (False,),
    "functions": ([],),
}

_NULL: Final = msgspec.Raw(b"null")
_MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


def dropped(body: bytes) -> tuple[str, ...]:
    """The parameters of the request that are left out, in alphabetical order.

    Raises Problem 400 for one that cannot be.
    """
    found = []
    for name, raw in reading.read(_MEMBERS, body).items():
        if name in _TRANSLATED or raw == _NULL:
            continue
        # A number that no float can hold, or nesting without end, asks for something all the same.
        value = reading.value_of(bytes(raw))
        if name in _REFUSED and _REFUSED[name](value):
            raise Problem(
                400,
                f"Unsupported parameter: '{name}' is not supported with this model.",
                code="unsupported_parameter",
                param=name,
            )
        if value not in _NEUTRAL.get(name, ()):
            found.append(name)
    return tuple(sorted(found))
