"""The vocabulary: names, places and trades from faker, drawn once with a fixed seed, so a pick costs a table look-up."""

from collections.abc import Callable, Mapping
from functools import cache
from random import Random
from typing import Any, Final

from faker import Faker

SEED: Final = 20261123
EACH: Final = 80
KINDS: Final = (
    "name", "first_name", "city", "country", "job", "company", "color_name", "street_name", "month_name",
    "day_of_week", "catch_phrase", "bs", "email", "uuid4", "url", "ipv4", "phone_number", "currency_code", "date",
    "time", "sentence", "word", "address", "file_name", "language_name", "user_name", "iso8601",
)  # fmt: skip


@cache
def vocabulary() -> Mapping[str, tuple[str, ...]]:
    """Faker's provider names, each with its drawn words."""
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


def pick(rng: Random, kind: str) -> str:
    return rng.choice(vocabulary()[kind])
