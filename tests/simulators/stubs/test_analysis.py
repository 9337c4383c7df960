"""What `--check` finds in a set of stubs: each finding shown, and what must not be found."""

from typing import Any

import pytest

from novastack_simulators.config import SimulatorsConfig
from novastack_simulators.stubs.analysis import IMPOSSIBLE, MISPLACED, Complaint, Shelved, complaints

MODELS = ("m",)


def found(*stubs: Any) -> list[Complaint]:
    return list(complaints([Shelved((number,), stub) for number, stub in enumerate(stubs)], MODELS))


def test_a_shadowed_stub(stub: Any) -> None:
    """One of higher priority matches all that it matches."""
    (complaint,) = found(stub("all", 5), stub("never", 1, model="m"))
    assert ("shadowed", (1,)) == complaint[:2]
    assert (
        "stub 'never' can never reply: 'all' matches all that it matches, and its priority 5 is higher than 1"
        == complaint.text
    )


def test_a_shadow_by_a_wider_matcher(stub: Any) -> None:
    """Not only by one that has none."""
    above = stub("wide", 5, last_message={"contains": "fund"})
    assert ["shadowed"] == [each.kind for each in found(stub("narrow", 1, last_message="my refund"), above)]


def test_stubs_that_compete(stub: Any) -> None:
    """One priority, and a request that both match, which is told."""
    first, second = stub("a", 3, last_message={"contains": "refund"}), stub("b", 3, header={"x-a": "1"})
    (complaint,) = found(first, second)
    assert ("competing", (1, "priority")) == complaint[:2]
    assert 'as with last_message "refund", header x-a "1"' in complaint.text


def test_competing_without_an_example(stub: Any) -> None:
    """A pattern too hard to guess at, but one matches all that the other matches."""
    hard = {"matches": "^(a{3}|b{4}){2}$"}
    (complaint,) = found(stub("a", 3, last_message=hard), stub("b", 3, last_message={**hard, "contains": "x"}))
    assert "competing" == complaint.kind
    assert "as with" not in complaint.text


def test_a_stub_that_contradicts_itself(stub: Any) -> None:
    """It can never match, and it is not held against others."""
    (complaint,) = found(stub("a", 1, header={"x-a": {"equals": "red", "contains": "blue"}}), stub("b", 1, model="m"))
    assert ("contradictory", (0, "match", "header", "x-a")) == complaint[:2]
    assert 'header x-a cannot be both equals "red" and contains "blue"' in complaint.text


def test_a_model_that_is_not_served(stub: Any) -> None:
    """The upstream would have refused the request before."""
    (complaint,) = found(stub("a", 1, model={"contains": "gpt"}), stub("b", 1, model="m"))
    assert ("unserved", (0, "match", "model")) == complaint[:2]
    assert 'model contains "gpt" is none of m' in complaint.text


def test_nothing_is_guessed(stub: Any) -> None:
    """Different priorities may overlap, equal ones that exclude each other may stand, and what is unknown is let be."""
    assert [] == found(
        stub("red", 2, header={"x-a": "red"}),
        stub("blue", 2, header={"x-a": "blue"}),
        stub("hard", 2, header={"x-a": {"matches": "^(a{3}|b{4}){2}$"}}),
        stub("refund", 3, last_message={"contains": "refund"}),
        stub("rest", 1),
    )


@pytest.mark.parametrize("kind", [*IMPOSSIBLE, *MISPLACED])
def test_every_kind_is_tested_here(kind: str) -> None:
    """An analysis that no test shows failing is no analysis."""
    with open(__file__, encoding="utf-8") as file:  # noqa: PTH123 - a test about this file
        assert f'"{kind}"' in file.read()


def configured(shared: list[Any], *own: list[Any]) -> SimulatorsConfig:
    profiles = ("deepseek-v4-pro", "claude-opus-4-7")
    upstreams = [
        {"name": f"u{number}", "profile": profile, "api_keys": ["k"], "stubs": stubs}
        for number, (profile, stubs) in enumerate(zip(profiles, own, strict=False))
    ]
    return SimulatorsConfig.model_validate({"stubs": shared, "upstreams": upstreams})


def given(name: str, priority: int, **match: Any) -> dict[str, Any]:
    return {"name": name, "priority": priority, "match": match, "reply": {"text": "hi"}}


def places(config: SimulatorsConfig) -> list[tuple[str, tuple[str | int, ...]]]:
    return [(complaint.kind, complaint.place) for complaint in config.complaints()]


def test_places_are_those_of_the_configuration() -> None:
    """What all upstreams have, and what each has besides."""
    config = configured([given("all", 5), given("x", 1)], [], [given("y", 2)])
    assert [("shadowed", ("stubs", 1)), ("shadowed", ("upstreams", 1, "stubs", 0))] == places(config)


def test_an_upstream_may_put_its_own_before_what_all_have() -> None:
    """That is what it is for; with the same priority it would be unclear."""
    assert [] == places(configured([given("all", 1)], [given("mine", 2)], []))
    config = configured([given("all", 1)], [given("mine", 1)], [])
    assert [("competing", ("upstreams", 0, "stubs", 0, "priority"))] == places(config)


def test_a_shared_stub_may_be_for_one_model_only() -> None:
    """It is unserved only if no upstream serves it; an upstream's own is judged by that upstream."""
    claude = given("c", 1, model="claude-opus-4-7")
    assert [] == places(configured([claude], [], []))
    assert [("unserved", ("upstreams", 0, "stubs", 0, "match", "model"))] == places(configured([], [claude], []))


def test_no_stubs_no_complaints() -> None:
    """The default."""
    assert () == SimulatorsConfig().complaints()


@pytest.mark.parametrize(
    ("profile", "model"),
    [
        ("openai-generic", "text-embedding-3-small"),
        ("deepseek-v4-pro", "deepseek-flash"),
        ("qwen3-235b-a22b", "qwen3-235b-a22b"),
    ],
)
def test_every_name_that_answers_is_served(profile: str, model: str) -> None:
    """Models for embeddings, and the one that DeepSeek's Anthropic path puts in the place of others."""
    upstream = {"name": "u", "profile": profile, "api_keys": ["k"], "stubs": [given("s", 1, model=model)]}
    assert [] == places(SimulatorsConfig.model_validate({"upstreams": [upstream]}))
