"""Every dialect says every refusal, in its own words, naming the parameter."""

import re

import pytest

from novastack_simulators.dialects import DIALECTS
from novastack_simulators.profile import load_profile, profile_names
from novastack_simulators.refusal import KINDS, Refusal

DETAILS = {
    name: f"<{name}>"
    for name in (
        "message", "param", "wanted", "length", "allowed", "value", "index", "role", "roles", "column", "model",
        "context", "longest", "room", "total", "prompt", "completion", "reason", "end", "method", "path",
        "quota", "limit", "used", "requested", "wait",
    )
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", DIALECTS)
def test_every_refusal_has_a_text(name: str, kind: str) -> None:
    """No row is missing, no placeholder is left, and the status is the client's fault."""
    shape, text = DIALECTS[name].refuse(Refusal(kind, **DETAILS))
    assert text
    assert not re.search(r"\{\w+(![rs])?\}", text)
    assert 400 <= shape.status < 500


@pytest.mark.parametrize("kind", ["missing", "type", "invalid", "range", "extra"])
@pytest.mark.parametrize("name", DIALECTS)
def test_a_bad_parameter_is_named(name: str, kind: str) -> None:
    """Whoever reads the error knows which field to mend."""
    shape, text = DIALECTS[name].refuse(Refusal(kind, **DETAILS))
    assert "<param>" in str(DIALECTS[name].error(shape, text, "id"))


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_names_a_dialect(name: str) -> None:
    """A shipped profile can be served."""
    assert load_profile(name).dialect in DIALECTS
