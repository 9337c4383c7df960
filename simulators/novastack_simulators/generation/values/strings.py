"""Strings: of a pattern, of a format, or words that suit the property's name; then as long as they have to be."""

import base64
from collections.abc import Mapping
from typing import Final

from novastack_simulators.generation.prose import sentence
from novastack_simulators.generation.values.demand import Demand
from novastack_simulators.generation.values.error import Unfit
from novastack_simulators.generation.values.formats import FORMATS
from novastack_simulators.generation.values.maker import Make
from novastack_simulators.generation.values.patterns import sample
from novastack_simulators.generation.values.place import Place
from novastack_simulators.generation.words import pick

LONGEST: Final = 20_000
# The first word found in a property's name decides which of faker's words it gets.
BY_NAME: Final[Mapping[str, str]] = {
    "email": "email", "city": "city", "location": "city", "place": "city", "country": "country",
    "company": "company", "first_name": "first_name", "user": "user_name", "file": "file_name", "name": "name",
    "address": "address", "street": "street_name", "phone": "phone_number", "url": "url", "link": "url",
    "date": "date", "time": "time", "day": "day_of_week", "month": "month_name", "color": "color_name",
    "currency": "currency_code", "language": "language_name", "job": "job", "uuid": "uuid4", "id": "uuid4",
    "query": "bs", "title": "catch_phrase", "text": "sentence", "description": "sentence", "word": "word",
}  # fmt: skip


def string(demand: Demand, place: Place, _make: Make) -> str:
    low, high = demand.least("minLength"), demand.most("maxLength")
    if low > LONGEST or (high is not None and high < low):
        raise Unfit(place.where, f"minLength and maxLength allow no string of at most {LONGEST} characters")
    return _sized(_drawn(demand, place, low), low, high, place)


def _drawn(demand: Demand, place: Place, low: int) -> str:
    """A pattern is harder to meet than a format, so where both are asked for they take turns."""
    rng, salt = place.rng(), place.salt
    patterns = demand.numbers("pattern")
    formats = [name for name in demand.numbers("format") if name in FORMATS]
    formatted = FORMATS[formats[salt % len(formats)]](rng, low) if formats else ""
    if patterns and (not formats or salt % 2 == 0):
        drawn = sample(patterns[salt % len(patterns)], rng, more=max(8, 2 * low) if salt % 4 < 3 else 0)
        # A pattern that says how a date begins leaves the rest of it to the format.
        return drawn + formatted[len(drawn) :] if salt % 4 == 2 else drawn
    if formats:
        return formatted
    if "base64" in demand.numbers("contentEncoding"):
        return base64.b64encode(sentence(rng).encode()).decode()
    if "application/json" in demand.numbers("contentMediaType"):
        return "{}"
    named = next((kind for word, kind in BY_NAME.items() if word in place.name.lower()), "catch_phrase")
    return pick(rng, named)


def _sized(text: str, low: int, high: int | None, place: Place) -> str:
    """Longer at the end or, on other attempts, at the start; cut where it is too long."""
    if len(text) < low:
        filling = _filling(demanded=low - len(text), place=place)
        text = filling + text if place.salt % 4 == 1 else text + filling
    if high is None or len(text) <= high:
        return text
    return text[len(text) - high :] if place.salt % 8 == 7 else text[:high]


def _filling(*, demanded: int, place: Place) -> str:
    rng, filling = place.rng("filling"), ""
    while len(filling) < demanded:
        filling += f" {sentence(rng)}"
    return filling if place.salt % 2 == 0 else "".join(letter for letter in filling if letter.isalpha())[:demanded]
