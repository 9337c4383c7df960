"""What is a credential is never shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.journal import fingerprint, is_credential, masked
from novastack_simulators.journal.masking import KEY


def test_a_fingerprint_is_short_and_not_the_key() -> None:
    """The form that the other programs join on."""
    assert "sha256:2bb80d537b1d" == fingerprint("secret")


def test_what_looks_like_a_key_is_masked_in_a_text() -> None:
    """The providers' spelling and an Authorization header's; other words stay."""
    text = 'use sk-abc_123-DEF, "Bearer eyJhbGciOi" or bearer tokens4u; ask-someone, sk- and a bearer of news'
    assert 'use sk-***, "Bearer ***" or bearer ***; ask-someone, sk- and a bearer of news' == masked(text)


@given(st.text(st.sampled_from("sSkK\u017f-\u212abearerBEARER \tx1"), max_size=40))
def test_a_text_is_masked_as_the_pattern_says(text: str) -> None:
    """In whatever case, also that of letters which only fold to these."""
    assert KEY.sub(lambda found: f"{found[1]}***", text) == masked(text)


@pytest.mark.parametrize(
    ("name", "carries"),
    [
        *((name, True) for name in ("authorization", "Proxy-Authorization", "x-api-key", "api-key", "cookie")),
        *((name, True) for name in ("x-auth-token", "X-Goog-Api-Key", "api_key", "client_secret", "password")),
        *((name, False) for name in ("accept", "idempotency-key", "max_tokens", "x-token-count", "tokens", "keys")),
    ],
)
def test_what_carries_credentials_is_known_by_its_name(name: str, carries: bool) -> None:
    """Headers and fields of a body, in any case; what only sounds like one stays readable."""
    assert carries == is_credential(name)
