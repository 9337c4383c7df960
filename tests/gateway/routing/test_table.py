"""Precedence: configured routes, then the path, then the header, then the model (cases HDR-03, HDR-08, PTH-01)."""

import pytest
from gateway_asks import problem_of

from novastack_gateway.routing import Destination, Match, Route, Signals, Table

QWEN = Destination("qwen", ("qwen3",), (("Qwen3-Alias", "qwen3"),))
CLAUDE = Destination("claude", ("opus", "haiku"), (("Claude-Opus", "opus"),))
TABLE = Table([QWEN, CLAUDE])


def header(*values: str) -> tuple[tuple[str, str], ...]:
    return tuple(("x-forwarded-to", value) for value in values)


@pytest.mark.parametrize("name", ["qwen3", "QWEN3", "Qwen3-Alias", "qwen3-alias"])
def test_a_model_is_found_by_id_or_alias_in_any_case(name: str) -> None:
    """The choice names the public id."""
    choice = TABLE.choose(Signals(name))
    assert ("qwen", "qwen3") == (choice.upstream, choice.model)


@pytest.mark.parametrize("name", ["nope", "ok\r\nX-Injected: 1", "qwen3 ", "a\x00b", "*"])
def test_an_unknown_model_is_a_404(name: str) -> None:
    """With the models that there are."""
    problem = problem_of(TABLE.choose, Signals(name))
    assert (404, "model_not_found", "model") == (problem.status, problem.code, problem.param)
    assert "qwen3, opus, haiku" in problem.message


@pytest.mark.parametrize("signals", [Signals("opus", "claude"), Signals("opus", None, header("claude"))])
def test_path_and_header_name_an_upstream(signals: Signals) -> None:
    """Which takes the model that it serves."""
    choice = TABLE.choose(signals)
    assert ("claude", "opus") == (choice.upstream, choice.model)


@pytest.mark.parametrize("signals", [Signals("qwen3", "claude"), Signals("qwen3", None, header("claude"))])
def test_the_first_model_stands_in_for_one_that_the_upstream_does_not_serve(signals: Signals) -> None:
    """The caller chose the upstream; the reason says so."""
    choice = TABLE.choose(signals)
    assert ("claude", "opus") == (choice.upstream, choice.model)
    assert "stands in" in choice.because[-1]


def test_the_path_comes_before_the_header() -> None:
    """And the header before the model."""
    assert "claude" == TABLE.choose(Signals("qwen3", "claude", header("qwen"))).upstream


@pytest.mark.parametrize("signals", [Signals("opus", "nowhere"), Signals("opus", None, header("http://evil.example/"))])
def test_an_unknown_upstream_is_a_404_and_never_a_url(signals: Signals) -> None:
    """With the upstreams that there are."""
    problem = problem_of(TABLE.choose, signals)
    assert (404, "unknown_upstream") == (problem.status, problem.code)
    assert "qwen, claude" in problem.message


@pytest.mark.parametrize("values", [("qwen", "claude"), ("qwen,claude",), ("qwen, qwen",), ("",), (" ",)])
def test_a_header_that_names_no_one_upstream_is_a_400(values: tuple[str, ...]) -> None:
    """Conflicting, listed or empty: nobody guesses."""
    problem = problem_of(TABLE.choose, Signals("opus", None, header(*values)))
    assert (400, "X-Forwarded-To") == (problem.status, problem.param)


def test_the_same_header_twice_is_one_wish() -> None:
    """Equal values do not conflict."""
    assert "claude" == TABLE.choose(Signals("opus", None, header("claude", "claude"))).upstream


def test_the_underscore_spelling_is_another_header() -> None:
    """Some proxies treat both alike; that is how headers are smuggled."""
    assert "qwen" == TABLE.choose(Signals("qwen3", None, (("x_forwarded_to", "claude"),))).upstream


def test_a_model_that_nobody_serves_is_a_404_even_where_the_path_names_an_upstream() -> None:
    """A misspelt model is told, not replaced."""
    assert "model_not_found" == problem_of(TABLE.choose, Signals("nope", "claude")).code


def routed(match: Match, signals: Signals, model: str | None = None) -> tuple[str, str]:
    choice = Table([QWEN, CLAUDE], [Route("mine", match, "claude", model)]).choose(signals)
    return choice.upstream, choice.model


@pytest.mark.parametrize(
    ("match", "signals", "holds"),
    [
        (Match(), Signals("qwen3"), True),
        (Match(model="QWEN*"), Signals("qwen3"), True),
        (Match(model="opus*"), Signals("qwen3"), False),
        (Match(path_upstream="qwen"), Signals("qwen3", "qwen"), True),
        (Match(path_upstream="qwen"), Signals("qwen3"), False),
        (Match(header=("x-team", "blue")), Signals("qwen3", None, (("x-team", "blue"),)), True),
        (Match(header=("x-team", "blue")), Signals("qwen3", None, (("x-team", "red"),)), False),
        (Match(model="qwen3", header=("x-team", "blue")), Signals("qwen3"), False),
    ],
)
def test_a_configured_route_comes_first_where_it_holds(match: Match, signals: Signals, holds: bool) -> None:
    """All that it asks must hold."""
    assert (("claude", "opus") if holds else ("qwen", "qwen3")) == routed(match, signals)


def test_a_route_may_name_the_model() -> None:
    """Which then takes the place of the one asked for."""
    assert ("claude", "haiku") == routed(Match(), Signals("anything at all"), "haiku")


def test_a_choice_tells_every_step() -> None:
    """`novastack explain` prints them."""
    table = Table([QWEN, CLAUDE], [Route("mine", Match(model="x*"), "claude")])
    expected = (
        "route 'mine' does not hold (model is like 'x*')",
        "the path names no upstream",
        "no X-Forwarded-To header",
        "model 'Qwen3-Alias' means 'qwen3' of upstream 'qwen'",
    )
    assert expected == table.choose(Signals("Qwen3-Alias")).because
