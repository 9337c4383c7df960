"""The configuration: its defaults, and errors that name their place."""

from typing import Any

import pytest
from pydantic import ValidationError

from novastack_simulators.config import SimulatorsConfig
from novastack_simulators.profile import load_profile, profile_names

ONE: dict[str, Any] = {"name": "a", "profile": "deepseek-v4-pro", "api_keys": ["k"]}


def test_the_default_is_the_three_upstreams() -> None:
    """Names, ports and keys that the other programs rely on."""
    expected = [
        ("qwen3-235b-a22b", 9101, ("sk-sim-qwen3-235b-a22b",)),
        ("deepseek-v4-pro", 9102, ("sk-sim-deepseek-v4-pro",)),
        ("claude-opus-4-7", 9103, ("sk-sim-claude-opus-4-7",)),
    ]
    assert expected == [(each.name, each.port, each.api_keys) for each in SimulatorsConfig().upstreams]


def test_only_keeps_the_named() -> None:
    """In the order asked for, each once."""
    kept = SimulatorsConfig().only(["claude-opus-4-7", "deepseek-v4-pro", "claude-opus-4-7"])
    assert ["claude-opus-4-7", "deepseek-v4-pro"] == [each.name for each in kept.upstreams]


def test_only_refuses_an_unknown_name() -> None:
    """And lists the known ones."""
    with pytest.raises(
        ValueError, match="unknown upstream 'gpt': known are qwen3-235b-a22b, deepseek-v4-pro, claude-opus-4-7"
    ):
        SimulatorsConfig().only(["gpt"])


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"speeed": 1}, ("speeed",)),
        ({"speed": 0}, ("speed",)),
        ({"max_body_bytes": "many"}, ("max_body_bytes",)),
        ({"upstreams": []}, ("upstreams",)),
        ({"upstreams": [{**ONE, "port": 70_000}]}, ("upstreams", 0, "port")),
        ({"upstreams": [{**ONE, "profile": "gpt"}]}, ("upstreams", 0, "profile")),
        ({"upstreams": [{**ONE, "api_keys": []}]}, ("upstreams", 0, "api_keys")),
        ({"upstreams": [{**ONE, "faults": [{"do": "status"}]}]}, ("upstreams", 0, "faults", 0, "status", "status")),
    ],
)
def test_an_error_names_its_place(given: dict[str, Any], place: tuple[str | int, ...]) -> None:
    """Unknown keys, wrong types and bad values alike."""
    with pytest.raises(ValidationError) as caught:
        SimulatorsConfig.model_validate(given)
    assert [place] == [error["loc"] for error in caught.value.errors()]


@pytest.mark.parametrize("key", ["name", "port"])
def test_names_and_ports_are_distinct(key: str) -> None:
    """Two upstreams cannot share either; port 0 is any free one and may repeat."""
    pair: list[dict[str, Any]] = [{**ONE, "port": 9}, {**ONE, "name": "b", "port": 10}]
    pair[1][key] = pair[0][key]
    with pytest.raises(ValidationError, match=f"the {key} .* is used more than once"):
        SimulatorsConfig.model_validate({"upstreams": pair})
    SimulatorsConfig.model_validate({"upstreams": [{**ONE, "port": 0}, {**ONE, "name": "b", "port": 0}]})


@pytest.mark.parametrize("name", profile_names())
def test_every_figure_of_a_profile_has_a_source(name: str) -> None:
    """Where it comes from and how sure it is."""

    def sources(found: Any) -> list[str]:
        if not isinstance(found, dict):
            return []
        here = [found["source"]] if "source" in found else []
        return here + [source for part in found.values() for source in sources(part)]

    assert 9 <= len(sources(load_profile(name).model_dump()))


def test_an_unknown_profile_lists_the_known() -> None:
    """A typing error is easy to mend."""
    with pytest.raises(ValueError, match="known are claude-opus-4-7, deepseek-v4-pro, openai-generic, qwen3-235b-a22b"):
        load_profile("gpt")


STUB: dict[str, Any] = {"name": "s", "priority": 1, "reply": {"text": "hi"}}


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"stubs": [{**STUB, "priority": "x"}]}, ("stubs", 0, "priority")),
        ({"stubs": [STUB, STUB]}, ("stubs",)),
        ({"upstreams": [{**ONE, "stubs": [{**STUB, "reply": {}}]}]}, ("upstreams", 0, "stubs", 0, "reply")),
        ({"upstreams": [{**ONE, "stubs": [STUB, STUB]}]}, ("upstreams", 0, "stubs")),
        ({"stubs": [STUB], "upstreams": [{**ONE, "stubs": [STUB]}]}, ("upstreams",)),
    ],
)
def test_a_bad_stub_names_its_place(given: dict[str, Any], place: tuple[str | int, ...]) -> None:
    """Of all upstreams or of one; names are distinct in both together."""
    with pytest.raises(ValidationError) as caught:
        SimulatorsConfig.model_validate(given)
    assert [place] == [error["loc"] for error in caught.value.errors()]
