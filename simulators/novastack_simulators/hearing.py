"""What was asked and what is said to it, remembered: a request that comes again is neither read nor written anew.

All of it is a function of the request and the seed, so a memory changes nothing but the cost. What a fault makes the
model say is not kept.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
from pydantic import TypeAdapter, ValidationError

from novastack_simulators import expectations
from novastack_simulators.addressed import Addressed
from novastack_simulators.dialects.dialect import DECODED, Answer
from novastack_simulators.expectations import Expectations
from novastack_simulators.faults import Fault, Prospects
from novastack_simulators.faults.directive import DirectiveError, directive
from novastack_simulators.framing import AnyFraming, Framing
from novastack_simulators.generation import Generation
from novastack_simulators.generation.seed import Stem
from novastack_simulators.matching import Scene
from novastack_simulators.plan import Frame
from novastack_simulators.prefixes import Cached
from novastack_simulators.profile import Profile
from novastack_simulators.prompt import Prompt
from novastack_simulators.quotas import Account
from novastack_simulators.refusal import Refusal

CAPACITY: Final = 512
BUDGET: Final = 32 * 1024 * 1024
MARK: Final = "[[sim"
FRAMING: Final[TypeAdapter[Framing]] = TypeAdapter(AnyFraming)
UNCACHED: Final = Cached()

# What decides the words besides the request: the seed, and the identity of a canned reply (0 is none).
Manner = tuple[int, int]
# What decides the bytes besides the words: the time that they tell, and the tokens read from a cache and written to it.
Written = tuple[int, int, tuple[tuple[float, int], ...]]


class Spoken(msgspec.Struct, kw_only=True):
    """An answer in words, with the frames that were written of it; `holds` keeps alive what `canned` is the id of.

    What is not `kept` was said for this once. `counts` are the true tokens: prompt, reasoning and completion. `dues`
    are the planned times of its frames where they are always the same.
    """

    generation: Generation
    reported: Generation
    counts: tuple[int, int, int]
    kept: bool = True
    holds: object = None
    frames: dict[Written, tuple[Frame, ...]] = msgspec.field(default_factory=dict)
    dues: Sequence[float] | None = None


class Orders(NamedTuple):
    """What a prompt asks of the simulator itself: `[[sim …]]`."""

    faults: tuple[Fault, ...] = ()
    framing: Framing | None = None
    expects: Expectations = ()


NONE: Final = Orders()


class Party(NamedTuple):
    """Who asked: with which head, whose limits count, and how the request looks to matchers."""

    addressed: Addressed
    account: Account
    scene: Scene


class Heard(msgspec.Struct, kw_only=True):
    """A request that was read, and the answers to it that are remembered; `size` in bytes.

    `blocks` are the digests of its prompt for an engine's cache, None until they are asked for; `stems` what its ids
    are made of, by the seed, and `draws` those of faults. `party` is who asked it last, `answered` who was answered at
    once last; `prospects` what may strike it, for the faults and the scene that stand there too.
    """

    answer: Answer
    prompt: Prompt
    canary: str | None
    orders: Orders
    size: int
    kept: bool = True
    blocks: tuple[bytes, ...] | None = None
    stems: dict[int, Stem] = msgspec.field(default_factory=dict)
    draws: dict[tuple[int | str, ...], Stem] = msgspec.field(default_factory=dict)
    party: Party | None = None
    answered: Party | None = None
    prospects: tuple[tuple[Fault, ...], Scene | None, Prospects] | None = None
    spoken: dict[Manner, Spoken] = msgspec.field(default_factory=dict)


class Hearing:
    """The requests heard lately: at most CAPACITY of them, and about BUDGET bytes."""

    def __init__(self, profile: Profile, *, directives: bool) -> None:
        self._profile = profile
        self._directives = directives
        self._memory: OrderedDict[tuple[object, ...], Heard] = OrderedDict()
        self._size = 0

    def hear(self, addressed: Addressed, answer: Answer, path: str, body: bytes) -> Heard:
        """The request in neutral words. Raises Refusal."""
        fields = addressed.fields
        place = (path, body, *map(fields.get, DECODED))
        heard = self._memory.get(place)
        if heard is None:
            prompt = answer.decode(body, fields, self._profile)
            orders = ordered(prompt) if self._directives else NONE
            heard = Heard(answer=answer, prompt=prompt, canary=prompt.canary, orders=orders, size=len(body))
            self._remember(place, heard)
        return heard

    def keep(self, heard: Heard, spoken: Spoken, written: Written, frames: tuple[Frame, ...]) -> None:
        """Remembers an answer in bytes."""
        if spoken.kept:
            spoken.frames[written] = frames
            self._grow(heard, sum(len(frame.data) for frame in frames))

    def _remember(self, place: tuple[object, ...], heard: Heard) -> None:
        self._memory[place] = heard
        self._size += heard.size
        self._shrink()

    def _grow(self, heard: Heard, size: int) -> None:
        if heard.kept:
            heard.size += size
            self._size += size
            self._shrink()

    def _shrink(self) -> None:
        """The oldest go first, however often they came: what comes often is soon back."""
        while self._memory and (len(self._memory) > CAPACITY or self._size > BUDGET):
            _, gone = self._memory.popitem(last=False)
            gone.kept = False
            self._size -= gone.size


def ordered(prompt: Prompt) -> Orders:
    """What the last message of the user asks for. Raises Refusal for what begins like a directive and is none."""
    text = next((turn.text for turn in reversed(prompt.turns) if turn.role == "user"), "")
    if MARK not in text:
        return NONE
    expects = expectations.spoken(text)
    try:
        asked = directive(text)
        framing = None if asked is None or asked.framing is None else FRAMING.validate_python(asked.framing)
    except (DirectiveError, ValidationError) as error:
        text = str(error) if isinstance(error, DirectiveError) else _said(error)
        raise Refusal("invalid", param="directive", message=text, code="bad_directive") from None
    return Orders(asked.faults if asked else (), framing, expects)


def _said(error: ValidationError) -> str:
    found = "; ".join(str(each["msg"]).removeprefix("Value error, ") for each in error.errors(include_url=False))
    return f"the directive asks for no framing that there is: {found}"


def party(heard: Heard, addressed: Addressed, body: bytes) -> Party:
    """Who asks, remembered as long as the same one does."""
    known = heard.party
    if known is None or known.addressed is not addressed:
        prompt, key = heard.prompt, addressed.key
        scene = Scene(prompt=prompt, fields=addressed.fields, body=body, key=key)
        known = heard.party = Party(addressed, Account(key or "", prompt.model), scene)
    return known
