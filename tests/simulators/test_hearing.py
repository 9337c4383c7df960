"""What was read and said is remembered, bounded, and changes nothing but the cost."""

import json
from types import MappingProxyType
from typing import Any

import pytest

from novastack_simulators import hearing
from novastack_simulators.addressed import Addressed
from novastack_simulators.dialects import DIALECTS
from novastack_simulators.dialects.dialect import DECODED, Answer
from novastack_simulators.framing import Framing
from novastack_simulators.generation import Generation
from novastack_simulators.hearing import BUDGET, CAPACITY, Hearing, Spoken, ordered
from novastack_simulators.plan import Frame
from novastack_simulators.profile import load_profile
from novastack_simulators.prompt import Prompt, Turn
from novastack_simulators.refusal import Refusal

PROFILE = load_profile("openai-generic")
DIALECT = DIALECTS["openai"]
CHAT: Any = DIALECT.resources["/v1/chat/completions"].serves
FIELDS = MappingProxyType({"content-type": "application/json"})


def body(text: str, **more: Any) -> bytes:
    return json.dumps({"model": "openai-generic", "messages": [{"role": "user", "content": text}], **more}).encode()


def addressed(**fields: str) -> Addressed:
    return Addressed({**FIELDS, **fields}, DIALECT, CHAT, "", None, "")


def hear(ears: Hearing, text: str = "Hi", path: str = "/v1/chat/completions", **fields: str) -> Any:
    return ears.hear(addressed(**fields), CHAT, path, body(text))


def ears(*, directives: bool = True) -> Hearing:
    return Hearing(PROFILE, directives=directives)


def test_the_same_body_is_read_once() -> None:
    """At the same path, under the headers that a decoder reads; any other header is none of its business."""
    one = ears()
    first = hear(one)
    assert first is hear(one, **{"x-team": "red"})
    for other in (
        hear(one, "Ho"),
        hear(one, path="/v1/other"),
        hear(one, **{DECODED[-1]: "application/json; charset=utf-8"}),
    ):
        assert first is not other


def spoken(*, kept: bool = True) -> Spoken:
    nothing = Generation(choices=(), prompt_tokens=0)
    return Spoken(generation=nothing, reported=nothing, counts=(0, 0, 0), kept=kept)


def test_what_was_written_is_kept_with_the_answer() -> None:
    """For the time that it tells and what was read from a cache."""
    one = ears()
    heard, said = hear(one), spoken()
    for written, data in (((1, 0, ()), b"a"), ((2, 0, ()), b"b"), ((1, 5, ()), b"c")):
        one.keep(heard, said, written, (Frame("body", 0, data),))
    assert [b"a", b"b", b"c"] == [frames[0].data for frames in said.frames.values()]


def test_what_a_fault_made_it_say_is_not_kept() -> None:
    """It is written each time."""
    said = spoken(kept=False)
    one = ears()
    one.keep(hear(one), said, (1, 0, ()), (Frame("body", 0, b"a"),))
    assert {} == said.frames


def test_only_so_many_are_remembered() -> None:
    """The oldest go first."""
    one = ears()
    first, second = hear(one, "0"), hear(one, "1")
    for number in range(2, CAPACITY + 1):
        hear(one, str(number))
    assert second is hear(one, "1")
    assert first is not hear(one, "0")


def test_only_so_much_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bodies and what was written count; what is gone may still grow and does not count."""
    monkeypatch.setattr(hearing, "BUDGET", 2_000)
    assert BUDGET > 2_000
    one = ears()
    first = hear(one, "0")
    one.keep(first, spoken(), (1, 0, ()), (Frame("body", 0, b"x" * 1_900),))
    hear(one, "1")
    assert first is not hear(one, "0")
    one.keep(first, spoken(), (1, 0, ()), (Frame("body", 0, b"x" * 5_000),))
    assert hear(one, "1") is hear(one, "1")


def prompt(*turns: tuple[str, str]) -> Prompt:
    said: Any = tuple(Turn(role=role, text=text) for role, text in turns)  # type: ignore[arg-type]  # a test's own roles
    return Prompt(model="m", turns=said, content=b"", fingerprint=b"")


def test_orders_stand_in_the_last_message_of_the_user() -> None:
    """Faults, a framing and expectations, all together; what others said before is text."""
    orders = ordered(
        prompt(
            ("system", "[[sim nothing]]"),
            ("user", "[[sim nothing]]"),
            ("assistant", "[[sim nothing]]"),
            ("user", 'Hi [[sim html-502]] [[sim {"framing": {"bom": true}}]] [[sim expect-upstream=u]]'),
            ("tool", "[[sim nothing]]"),
        )
    )
    assert (["html-502"], Framing(bom=True), 1) == (
        [fault.told for fault in orders.faults],
        orders.framing,
        len(orders.expects),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[sim nothing]]", "unknown preset 'nothing'"),
        ('[[sim {"framing": "odd"}]]', "asks for no framing that there is: unknown framing 'odd'"),
        ('[[sim {"framing": {"write": 0}}]]', "asks for no framing that there is"),
        ('[[sim {"do": "rst"]]', "is not JSON"),
        ("[[sim expect-nothing=1]]", "expect-nothing"),
    ],
)
def test_an_order_that_cannot_be_read_is_refused(text: str, said: str) -> None:
    """With why: a test must not miss its target unseen."""
    with pytest.raises(Refusal) as refused:
        ordered(prompt(("user", text)))
    assert said in refused.value.details["message"]


def test_without_directives_a_prompt_is_a_text() -> None:
    """The same words ask for nothing."""
    assert () == hear(ears(directives=False), "[[sim html-502]]").orders.faults
    assert 1 == len(hear(ears(), "[[sim html-502]]").orders.faults)


@pytest.mark.parametrize("name", DIALECTS)
def test_a_decoder_reads_no_other_header(name: str) -> None:
    """Than those by which a body is remembered."""

    class Spied(dict[str, str]):
        seen: set[str] = set()  # noqa: RUF012 - for this test alone

        def get(self, key: str, default: Any = None) -> Any:
            self.seen.add(key)
            return super().get(key, default)

        def __getitem__(self, key: str) -> str:
            self.seen.add(key)
            return super().__getitem__(key)

        def __contains__(self, key: object) -> bool:
            self.seen.add(str(key))
            return super().__contains__(key)

    profile = next(load_profile(each) for each in PROFILES if load_profile(each).dialect == name)
    fields = Spied({"content-type": "application/json", "anthropic-version": "2023-06-01"})
    for resource in DIALECTS[name].fitted(profile).resources.values():
        if isinstance(resource.serves, Answer):
            try:
                resource.serves.decode(body("Hi", model=profile.models[0], max_tokens=9), fields, profile)
            except Refusal:
                continue
    assert fields.seen <= set(DECODED)


PROFILES = ("openai-generic", "deepseek-v4-pro", "qwen3-235b-a22b", "qwen3-235b-a22b-vllm", "claude-opus-4-7")
