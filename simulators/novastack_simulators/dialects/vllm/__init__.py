"""vLLM's OpenAI-compatible server (0.32), as it serves Qwen3; with the quirk `serving: sglang`, SGLang's instead."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final

from novastack_simulators.dialects.dialect import Answer, Asked, Dialect, Lookup, Page, Resource, Sent, bearer
from novastack_simulators.dialects.vllm import pages
from novastack_simulators.dialects.vllm.buckets import buckets
from novastack_simulators.dialects.vllm.decode import decode
from novastack_simulators.dialects.vllm.encode import plain, stream
from novastack_simulators.dialects.vllm.errors import ERRORS, FAILURES, REFUSALS, vllm, vllm_mishap
from novastack_simulators.dialects.vllm.lexicon import Lexicon, Numbering, Vocabulary
from novastack_simulators.generation.tokens import unit, vocabulary
from novastack_simulators.plan import Headers
from novastack_simulators.profile import Profile

CHAT: Final = Answer(decode, plain, stream, field="input_tokens")


def _resources(profile: Profile) -> Mapping[str, Resource]:
    """Only what lies under /v1 wants a key. vLLM and SGLang share all of this but vLLM's own names."""
    by = unit(profile)
    named = vocabulary(by)
    numbering: Numbering = Lexicon(by) if named is None else Vocabulary(named)
    shared = {
        "/v1/chat/completions": Resource("POST", CHAT),
        "/v1/models": Resource("GET", Lookup(pages.models)),
        "/v1/models/": Resource("GET", Lookup(pages.model)),
        "/health": Resource("GET", Lookup(pages.health), open=True),
    }
    if profile.quirks.serving == "sglang":
        return shared
    return {
        **shared,
        "/ping": Resource("GET", Lookup(pages.health), open=True),
        "/version": Resource("GET", Lookup(pages.version), open=True),
        "/load": Resource("GET", Lookup(pages.load), open=True),
        "/metrics": Resource("GET", Lookup(_metrics), open=True),
        "/tokenize": Resource("POST", Lookup(pages.tokenize(numbering)), open=True),
        "/detokenize": Resource("POST", Lookup(pages.detokenize(numbering)), open=True),
    }


def _metrics(asked: Asked) -> Page:
    """Prometheus' client is imported when it is first needed: who starts does not wait for it."""
    page: Page = import_module("novastack_simulators.dialects.vllm.metrics").metrics(asked)
    return page


def _echoed(sent: Sent) -> Headers:
    """--enable-request-id-headers: what the client sent, else one made up."""
    return ((b"x-request-id", (sent.given or sent.request_id).encode("latin-1", "replace")), *_headers(sent))


def _headers(_sent: Sent) -> Headers:
    return ((b"server", b"uvicorn"),)


def _fit(profile: Profile) -> Mapping[str, Any]:
    error, mishap = ERRORS[profile.quirks.serving]
    return {
        "resources": MappingProxyType(_resources(profile)),
        "buckets": buckets(profile),
        "headers": _echoed if profile.quirks.echo_request_id else _headers,
        "error": error,
        "mishap": mishap,
    }


VLLM: Final = Dialect(
    name="vllm",
    base="/v1",
    chat=CHAT,
    resources=MappingProxyType({"/v1/chat/completions": Resource("POST", CHAT)}),
    key=bearer,
    refusals=REFUSALS,
    failures=FAILURES,
    error=vllm,
    mishap=vllm_mishap,
    request_id=lambda mark: mark[:16].hex(),
    headers=_headers,
    fit=_fit,
)
