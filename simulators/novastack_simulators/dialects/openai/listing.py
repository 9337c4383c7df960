"""The models list of an OpenAI-like, and one model of it (OpenAI API reference, /v1/models)."""

from datetime import UTC, datetime
from typing import Any

from novastack_simulators.dialects.dialect import Answer, Lookup, Resource
from novastack_simulators.profile import Profile
from novastack_simulators.refusal import Refusal


def models(profile: Profile) -> Any:
    return {"object": "list", "data": [_card(profile, name) for name in _names(profile)]}


def model(profile: Profile, name: str) -> Any:
    if name not in _names(profile):
        raise Refusal("model", model=name)
    return _card(profile, name)


def _names(profile: Profile) -> tuple[str, ...]:
    return (*profile.models, *(profile.embeddings.models if profile.embeddings else ()))


def _card(profile: Profile, name: str) -> dict[str, Any]:
    released = datetime(profile.released.year, profile.released.month, profile.released.day, tzinfo=UTC)
    return {"id": name, "object": "model", "created": int(released.timestamp()), "owned_by": profile.owner}


def resources(chat: Answer, *bases: str) -> dict[str, Resource]:
    """The paths that an OpenAI-like serves under each base."""
    served = {
        "/chat/completions": Resource("POST", chat),
        "/models": Resource("GET", Lookup(lambda asked: models(asked.profile))),
        "/models/": Resource("GET", Lookup(lambda asked: model(asked.profile, asked.argument))),
    }
    return {base + path: resource for base in bases for path, resource in served.items()}
