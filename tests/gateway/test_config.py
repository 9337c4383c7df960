"""Bad configuration is refused with its place, all of it at once, and without showing a key (cases SEC-04, HDR-08)."""

from typing import Any

import pytest
from gateway_wire import caller_config, upstream_config
from pydantic import ValidationError

from novastack_gateway.config import DEVELOPMENT_KEY, GatewayConfig, is_loopback

LONG = "k" * 24
UPSTREAM = upstream_config("one", "openai", "http://127.0.0.1:1")


def refused(**members: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        GatewayConfig.model_validate(members)
    return str(caught.value)


def test_without_a_file_it_stands_before_the_simulators() -> None:
    """Three upstreams, one development key with a limit, on loopback."""
    config = GatewayConfig()
    assert ["dashscope", "deepseek", "anthropic"] == [upstream.dialect for upstream in config.upstreams]
    assert (DEVELOPMENT_KEY, 600) == (
        config.callers[0].key.get_secret_value(),
        config.callers[0].requests_per_minute,
    )
    assert ("127.0.0.1", 8080) == (config.host, config.port)


@pytest.mark.parametrize(
    ("members", "places"),
    [
        ({"prot": 80}, ["prot"]),
        ({"port": 70_000}, ["port"]),
        ({"callers": []}, ["callers"]),
        ({"upstreams": []}, ["upstreams"]),
        ({"timeouts": {"connect": 0}}, ["timeouts.connect"]),
        ({"max_body_bytes": 1}, ["max_body_bytes"]),
        ({"upstreams": [{**UPSTREAM, "dialect": "soap"}]}, ["upstreams.0.dialect"]),
        ({"upstreams": [{**UPSTREAM, "base_url": "ftp://x"}]}, ["upstreams.0.base_url"]),
        ({"upstreams": [{**UPSTREAM, "name": "Has Space"}]}, ["upstreams.0.name"]),
        ({"upstreams": [{**UPSTREAM, "models": []}], "port": -1}, ["upstreams.0.models", "port"]),
        ({"routes": [{"name": "r", "match": {"header": {"a": "1", "b": "2"}}, "upstream": "one"}]}, ["routes.0.match"]),
    ],
)
def test_every_error_names_its_place(members: dict[str, Any], places: list[str]) -> None:
    """Several at once."""
    text = refused(**members)
    assert [] == [place for place in places if place not in text]


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ({"upstreams": [UPSTREAM, UPSTREAM]}, "upstream name used twice: one"),
        ({"upstreams": [UPSTREAM, {**UPSTREAM, "name": "two"}]}, "model name used twice: one"),
        ({"callers": [caller_config("a", LONG), caller_config("a", LONG + "x")]}, "caller name used twice: a"),
        ({"callers": [caller_config("a", LONG), caller_config("b", LONG)]}, "caller key used twice"),
        (
            {"routes": [{"name": "r", "match": {}, "upstream": "nowhere"}]},
            "route 'r' goes to upstream 'nowhere', which is not one of",
        ),
    ],
)
def test_names_that_would_mean_two_things(members: dict[str, Any], complaint: str) -> None:
    """Or nothing at all."""
    text = refused(**members)
    assert complaint in text
    assert LONG not in text


@pytest.mark.parametrize("key", [DEVELOPMENT_KEY, "sk-1234", "x" * 23])
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "gateway.example"])
def test_a_weak_key_is_refused_where_others_could_reach_it(host: str, key: str) -> None:
    """With the way to make a better one, and without showing the key."""
    text = refused(host=host, callers=[caller_config("a", key)])
    assert "secrets.token_urlsafe" in text
    assert key not in text.replace("development key", "")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_a_weak_key_will_do_on_loopback(host: str) -> None:
    """Nobody else can reach it."""
    assert is_loopback(host)
    GatewayConfig(host=host)


def test_a_strong_key_will_do_anywhere() -> None:
    """24 characters or more."""
    assert "0.0.0.0" == GatewayConfig.model_validate({"host": "0.0.0.0", "callers": [caller_config("a", LONG)]}).host


@pytest.mark.parametrize("key", ["", "a secret", "secret\n", "secret\r\nx-evil: 1", "s\x00cret", "sécret"])
def test_a_key_that_cannot_stand_in_a_header_is_refused(key: str) -> None:
    """Such as one read from a file with its line end; it is not shown."""
    for members in ({"callers": [caller_config("a", key)]}, {"upstreams": [{**UPSTREAM, "api_key": key}]}):
        text = refused(**members)
        assert "printable ASCII" in text
        assert not key or repr(key)[1:-1] not in text


def test_no_key_is_in_a_repr() -> None:
    """A printed configuration shows stars."""
    assert DEVELOPMENT_KEY not in repr(GatewayConfig())
    assert "sk-sim" not in repr(GatewayConfig())
