"""A seal fits one thinking of one model."""

from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.dialects.anthropic.seal import genuine, sealed

TEXT = st.text(max_size=30)


@given(TEXT, st.binary(min_size=16, max_size=32))
def test_what_was_sealed_is_genuine(thinking: str, nonce: bytes) -> None:
    """For the same kind, model and thinking."""
    assert genuine("thinking", "m", thinking, sealed("thinking", "m", thinking, nonce))


@given(TEXT, TEXT, st.binary(min_size=16, max_size=16))
def test_another_thinking_model_or_kind_is_not(thinking: str, other: str, nonce: bytes) -> None:
    """Whatever was exchanged."""
    seal = sealed("thinking", "m", thinking, nonce)
    assert (thinking == other) == genuine("thinking", "m", other, seal)
    assert not genuine("redacted", "m", thinking, seal)
    assert not genuine("thinking", "n", thinking, seal)


@given(st.data())
def test_no_character_may_change(data: st.DataObject) -> None:
    """Each one counts, in the first and in the last place."""
    seal = sealed("thinking", "m", "hm", bytes(16))
    place = data.draw(st.integers(0, len(seal) - 1))
    letter = data.draw(st.sampled_from("ABab09+/=").filter(lambda each: each != seal[place]))
    assert not genuine("thinking", "m", "hm", seal[:place] + letter + seal[place + 1 :])


@given(st.text(max_size=40))
def test_any_text_is_no_seal(seal: str) -> None:
    """And breaks nothing."""
    assert not genuine("thinking", "m", "", seal)
