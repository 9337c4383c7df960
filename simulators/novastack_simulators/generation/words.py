"""The vocabulary: names, places and trades, drawn from faker once and kept in words.json, so a pick costs a look-up.

A newer faker changes no answer, and a simulator need not wait for it to start. To draw again:
`python -m novastack_simulators.generation.words`.
"""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from random import Random
from typing import Any, Final

import msgspec

SEED: Final = 20261123
EACH: Final = 80
KINDS: Final = (
    "name", "first_name", "city", "country", "job", "company", "color_name", "street_name", "month_name",
    "day_of_week", "catch_phrase", "bs", "email", "uuid4", "url", "ipv4", "phone_number", "currency_code", "date",
    "time", "sentence", "word", "address", "file_name", "language_name", "user_name", "iso8601",
)  # fmt: skip
FILE: Final = resources.files("novastack_simulators.generation") / "words.json"


@cache
def vocabulary() -> Mapping[str, tuple[str, ...]]:
    """The names of faker's providers, each with its drawn words."""
    return msgspec.json.decode(FILE.read_bytes(), type=dict[str, tuple[str, ...]])


def pick(rng: Random, kind: str) -> str:
    return rng.choice(vocabulary()[kind])


def drawn() -> Mapping[str, tuple[str, ...]]:
    """What faker has to say, with a fixed seed. Raises ImportError where it is not installed (extra `dev`)."""
    from faker import Faker  # noqa: PLC0415 - nothing that serves needs it

    fake = Faker("en_US")
    fake.seed_instance(SEED)
    words = {kind: _draw(getattr(fake, kind)) for kind in KINDS}
    # RFC 3339, 5.6: a date-time has an offset.
    moments = tuple(f"{moment}Z" for moment in words["iso8601"])
    return {**words, "job": tuple(map(_plain, words["job"])), "iso8601": moments}


def _draw(make: Callable[[], Any]) -> tuple[str, ...]:
    return tuple(str(make()).replace("\n", ", ") for _ in range(EACH))


def _plain(job: str) -> str:
    """Faker writes trades as a register does (`Engineer, civil`); prose has the first part in lower case."""
    return job.split(",", maxsplit=1)[0].split("/", maxsplit=1)[0].lower()


if __name__ == "__main__":
    with resources.as_file(FILE) as path:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(drawn()), indent=1) + b"\n")
