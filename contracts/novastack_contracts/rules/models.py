"""The models family: the list, one card, and a name that nobody serves."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from novastack_contracts import stream
from novastack_contracts.exchange import Exchange, Record
from novastack_contracts.fitting import fits
from novastack_contracts.judging import about, answered, replied
from novastack_contracts.profile import STRICT_ONLY
from novastack_contracts.rule import Problem, Rule, Severity


def _listed(exchange: Exchange, record: Record) -> Iterator[Problem]:
    if exchange.value is None:
        yield Problem("the body is not one JSON object")
    yield from fits("MOD-001", "models")(exchange, record)


def _distinct(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    counts = Counter(str(card.get("id")) for card in stream.objects(exchange.value, "data"))
    for name, count in counts.items():
        if count > 1:
            yield Problem(f"{name!r} is listed {count} times", "$.data[*].id")


def _carded(exchange: Exchange, record: Record) -> Iterator[Problem]:
    if exchange.value is None:
        yield Problem("the body is not one JSON object")
    yield from fits("MOD-003", "model")(exchange, record)


def _not_found(exchange: Exchange, record: Record) -> Iterator[Problem]:
    status = exchange.status or 0
    # A route for single models that does not exist answers 404 to every name, so it can witness nothing.
    if exchange.name == "model_unknown" and answered(record["model"]) is not None:
        return
    # DeepSeek has answered unknown names with 400 since V4; OpenAI with 404 (REC 3).
    if status not in {400, 404}:
        yield Problem(f"an unknown model was answered with {status}, not 404")
        return
    error = (exchange.value or {}).get("error")
    code = error.get("code") if isinstance(error, dict) else None
    if status != 404 or code != "model_not_found":
        text = f"status {status} and code {code!r}: OpenAI says 404 and 'model_not_found'"
        yield Problem(text, "$.error.code", profiles=STRICT_ONLY)


RULES: Final = (
    Rule(
        id="MOD-001",
        title="GET /models lists model cards",
        severity=Severity.ERROR,
        why="Applications fill their model pickers, and SDKs their pages, from this list.",
        source="openai-openapi ListModelsResponse, Model",
        remedy='Answer {"object": "list", "data": [{"id", "object": "model", "created", "owned_by"}, …]}.',
        judge=about("models", gate=answered, find=_listed),
    ),
    Rule(
        id="MOD-002",
        title="No model is listed twice",
        severity=Severity.ERROR,
        why="A client that keys models by id silently loses one of the two.",
        source="trustedrouter-provider-check tier 2",
        remedy="List each id once, also when several upstreams serve it.",
        judge=about("models", gate=answered, find=_distinct),
    ),
    Rule(
        id="MOD-003",
        title="GET /models/{id} answers the card of a model in use",
        severity=Severity.ERROR,
        why="`client.models.retrieve` is how SDK users ask whether a model exists.",
        source="openai-openapi Model; ollama#13715, litellm#37275",
        remedy="Serve the card under its id, also when the id holds a slash or a colon.",
        judge=about("model", gate=answered, find=_carded),
    ),
    Rule(
        id="MOD-004",
        title="An unknown model is not found",
        severity=Severity.ERROR,
        why="A typing error that is answered by another model costs money and trust; fallbacks key on 404.",
        source="REC 3 of 3 (404 model_not_found); LM Studio 200 and LiteLLM 400, measured",
        remedy='Answer 404 with error code "model_not_found"; never serve another model instead.',
        judge=about("unknown_model", "model_unknown", gate=replied, find=_not_found),
    ),
)
