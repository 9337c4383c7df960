"""Who an upstream is."""

from typing import Any


def test_about(client: Any) -> None:
    """Its name, what it simulates, and what decides its answers."""
    about = client.http.get(client.endpoint.control_url).json()
    expected = {
        "upstream": client.endpoint.name,
        "profile": client.endpoint.profile,
        "dialect": client.endpoint.dialect,
        "models": list(client.endpoint.models),
        "seed": 0,
        "speed": 1000.0,
    }
    assert expected == about


def test_no_key_is_needed(client: Any) -> None:
    """The control plane is for whoever runs the test."""
    assert 200 == client.http.get(client.endpoint.control_url, headers={"authorization": "Bearer no"}).status_code
