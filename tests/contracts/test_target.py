"""Targets: every way to paste an endpoint leads to its base URL, and what cannot be one is said plainly."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_contracts import Target, TargetError


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://h:8080", "http://h:8080/v1"),
        ("http://h:8080/", "http://h:8080/v1"),
        ("http://h/v1", "http://h/v1"),
        ("http://h/v1/", "http://h/v1"),
        ("https://h/compatible-mode/v1", "https://h/compatible-mode/v1"),
        ("http://h/api/paas/v4", "http://h/api/paas/v4"),
        ("http://h/qwen3-235b-a22b", "http://h/qwen3-235b-a22b/v1"),
        ("http://h/v1/chat/completions", "http://h/v1"),
        ("http://h/v1/models", "http://h/v1"),
        (" http://[::1]:9/v1 ", "http://[::1]:9/v1"),
    ],
)
def test_a_base_url_is_found(url: str, base: str) -> None:
    """Root, version, mode, route and slash all end at the versioned base."""
    assert base == Target.parse(url, model="m").base


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "not an http(s) URL"),
        ("localhost:8080", "not an http(s) URL"),
        ("ftp://h", "not an http(s) URL"),
        ("http://", "not an http(s) URL"),
        ("http://h:port", "not a URL"),
        ("http://h:99999", "not a URL"),
        ("http://[h", "not a URL"),
        ("http://a b", "spaces"),
        ("http://h/\x00", "control characters"),
        ("http://user:secret@h", "--api-key"),
        ("http://h/v1?key=secret", "--api-key"),
    ],
)
def test_what_is_no_url_is_said(url: str, says: str) -> None:
    """The message says what would be right."""
    with pytest.raises(TargetError) as caught:
        Target.parse(url, model="m")
    assert says in str(caught.value)


def test_an_empty_model_is_refused() -> None:
    """Nothing can be asked of no model."""
    with pytest.raises(TargetError, match="model is empty"):
        Target.parse("http://h", model=" ")


def test_a_key_that_no_header_carries_is_refused_unseen() -> None:
    """The message does not repeat the key."""
    with pytest.raises(TargetError) as caught:
        Target.parse("http://h", model="m", key="sk-\nsecret")
    assert "secret" not in str(caught.value)


def test_the_key_is_not_in_the_repr() -> None:
    """A target can be logged."""
    assert "sk-secret" not in repr(Target.parse("http://h", model="m", key="sk-secret"))


@given(st.text())
def test_any_text_is_a_target_or_an_error(url: str) -> None:
    """Nothing else is ever raised."""
    with suppress(TargetError):
        assert Target.parse(url, model="m").base.startswith("http")
