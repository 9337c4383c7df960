"""Regular expressions that cannot be made to run away: Rust's engine, in time linear in the text.

pydantic brings it (docs.pydantic.dev, regex_engine "rust-regex"): no look-around and no back-references, a pattern
that would need more than 10 MB is refused, and `matches` means anywhere in the text unless it is anchored.
"""

from functools import lru_cache
from typing import Annotated, Final

from pydantic import AfterValidator
from pydantic_core import SchemaError, SchemaValidator, core_schema

LONGEST: Final = 1_000


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> SchemaValidator:
    return SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))


def found(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the text."""
    return _compiled(pattern).isinstance_python(text)


def readable(pattern: str) -> str:
    """The pattern. Raises ValueError saying what is wrong with it."""
    if len(pattern) > LONGEST:
        raise ValueError(f"a pattern has at most {LONGEST} characters, this one has {len(pattern)}")
    try:
        _compiled(pattern)
    except SchemaError as error:
        reason = str(error).strip().rsplit("error: ", maxsplit=1)[-1].splitlines()[-1].strip()
        raise ValueError(f"{pattern!r} is not a pattern: {reason.removeprefix('SchemaError: ')}") from None
    return pattern


Pattern = Annotated[str, AfterValidator(readable)]
