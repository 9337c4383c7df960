"""The journal is bounded, filters, and never holds a key."""

import pytest

from novastack_simulators.journal import Differs, Journal, Nearest, fingerprint, is_credential, masked


def test_it_keeps_the_newest_and_counts_the_dropped() -> None:
    """Beyond its capacity the oldest entry goes."""
    journal = Journal("u", capacity=2)
    for number in range(5):
        journal.open("GET", f"/{number}", {}, now=float(number))
    report = journal.report()
    assert (["/3", "/4"], 3) == ([entry["path"] for entry in report["entries"]], report["dropped"])


def test_it_filters_and_limits() -> None:
    """By request id, by canary, and to the newest few."""
    journal = Journal("u")
    for number in range(4):
        journal.open("GET", "/", {"x-request-id": f"r{number % 2}"}, now=0.0).canary = f"c{number}"
    assert [2, 4] == [entry["sequence"] for entry in journal.report(request_id="r1")["entries"]]
    assert [3] == [entry["sequence"] for entry in journal.report(canary="c2")["entries"]]
    assert [4] == [entry["sequence"] for entry in journal.report(request_id="r1", limit=1)["entries"]]
    assert [] == journal.report(limit=0)["entries"]


def test_credentials_are_masked() -> None:
    """No header that carries a credential is kept; others are."""
    fields = {"authorization": "Bearer sk-secret", "x-api-key": "sk-secret", "cookie": "sk-secret", "accept": "*/*"}
    journal = Journal("u")
    journal.open("GET", "/", fields, now=0.0)
    assert "sk-secret" not in str(journal.report())
    assert "*/*" == journal.report()["entries"][0]["headers"]["accept"]


def test_a_fingerprint_is_short_and_not_the_key() -> None:
    """The form that the other programs join on."""
    assert "sha256:2bb80d537b1d" == fingerprint("secret")


def test_clear_empties_it() -> None:
    """After a reset nothing is remembered."""
    journal = Journal("u", capacity=1)
    journal.open("GET", "/", {}, now=0.0)
    journal.open("GET", "/", {}, now=0.0)
    journal.clear()
    assert {"entries": [], "dropped": 0} == journal.report()


def test_what_looks_like_a_key_is_masked_in_a_text() -> None:
    """The providers' spelling and an Authorization header's; other words stay."""
    text = 'use sk-abc_123-DEF, "Bearer eyJhbGciOi" or bearer tokens4u; ask-someone, sk- and a bearer of news'
    assert 'use sk-***, "Bearer ***" or bearer ***; ask-someone, sk- and a bearer of news' == masked(text)


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


def test_an_entry_tells_the_nearest_stub() -> None:
    """As plain values, or null."""
    journal = Journal("u")
    entry = journal.open("POST", "/", {}, now=0.0)
    assert (None, None) == (entry.stub, entry.nearest)
    entry.nearest = Nearest("s", (Differs("model", 'equals "a"', '"b"'),))
    (told,) = journal.report()["entries"]
    assert ("s", "model") == (told["nearest"]["stub"], told["nearest"]["differs"][0]["part"])
