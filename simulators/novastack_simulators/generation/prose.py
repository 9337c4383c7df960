"""Readable prose: sentences that we wrote, with faker's people, places and trades in them."""

import re
from random import Random
from typing import Final

from novastack_simulators.generation.words import pick

ANSWERS: Final = (
    "The short answer is yes, and {name} of {company} has written about why.",
    "Most people in {city} would say that it depends on the weather in {month_name}.",
    "Start with the simplest case, then change one thing at a time.",
    "The {job} in {city} tried the same thing last {day_of_week} and it worked.",
    "There are two good ways to do it, and the second one is easier to undo.",
    "{company} calls this {catch_phrase}, though the idea is much older than the name.",
    "If you walk along {street_name} towards the river, you can see what I mean.",
    "The people of {country} settled that question long ago with a {color_name} flag and a good lunch.",
    "{first_name} keeps a list of such examples and is glad to share it.",
    "It helps to write the steps down before {month_name}, because memory is kinder than facts.",
    "In practice the first attempt takes an hour and the next one takes ten minutes.",
    "Every {job} I know of would begin by measuring, and so should you.",
    "When {first_name} and {name} compared their notes, they agreed on nearly everything.",
    "That is also how {company} came to open an office in {city}.",
    "Keep the {color_name} copy, and give the other one to {first_name}.",
    "By {day_of_week} evening you will know whether it was worth the trouble.",
)
THOUGHTS: Final = (
    "The question is about something concrete, so I should begin with what is certain.",
    "Let me consider how the {job} would look at it.",
    "One reading is that this happens in {city}; another is that the place does not matter.",
    "I should check the dates: {month_name} comes up, and {day_of_week} may be too late.",
    "{name} would object that the example is too small, which is fair.",
    "Perhaps the simpler explanation is enough here.",
    "Wait, that would contradict the first point, so the order has to change.",
    "I can compare it with what {company} did and see whether the result agrees.",
    "Both paths lead to the same answer, which is reassuring.",
    "Now I can put this into a few clear sentences.",
)
FIELD: Final = re.compile(r"\{(\w+)\}")


def sentence(rng: Random, templates: tuple[str, ...] = ANSWERS) -> str:
    return FIELD.sub(lambda found: pick(rng, found[1]), rng.choice(templates))


def passage(rng: Random, sentences: int, templates: tuple[str, ...] = ANSWERS) -> str:
    """So many different sentences, in paragraphs of three."""
    chosen = rng.sample(templates, min(sentences, len(templates)))
    said = [FIELD.sub(lambda found: pick(rng, found[1]), template) for template in chosen]
    return "\n\n".join(" ".join(said[start : start + 3]) for start in range(0, len(said), 3))
