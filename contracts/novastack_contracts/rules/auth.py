"""The auth family: who is let in, and the id by which every reply can be traced."""

from collections.abc import Iterator
from typing import Final

from novastack_contracts.exchange import Exchange, Record
from novastack_contracts.judging import about, any_of, replied
from novastack_contracts.plan import PLAN
from novastack_contracts.profile import BOTH, STRICT_ONLY
from novastack_contracts.rule import Judge, Problem, Rule, Ruling, Severity, Verdict

_ALL: Final = tuple(PLAN)


def _keyed(judge: Judge) -> Judge:
    def with_key(record: Record) -> Ruling:
        if not record.keyed:
            return Ruling(barred=(Verdict.NOT_APPLICABLE, "no key was given, so the endpoint asks for none"))
        return judge(record)

    return with_key


def _shut(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    sent = "without a key" if exchange.call.key == "none" else "with a wrong key"
    # OpenRouter and others list models to everyone: OpenAI does not.
    profiles = STRICT_ONLY if exchange.name == "no_key_models" else BOTH
    if exchange.status != 401:
        yield Problem(f"a request {sent} was answered with {exchange.status}, not 401", profiles=profiles)
        return
    error = (exchange.value or {}).get("error")
    code = error.get("code") if isinstance(error, dict) else None
    if code != "invalid_api_key":
        yield Problem(f"code is {code!r}: OpenAI says 'invalid_api_key'", "$.error.code", profiles=STRICT_ONLY)


def _traced(exchange: Exchange, record: Record) -> Iterator[Problem]:
    mine = exchange.header("x-request-id")
    if not mine:
        yield Problem(f"a {exchange.status} has no x-request-id")
        return
    before = _ALL[: _ALL.index(exchange.name)]
    if any(name in record and record[name].header("x-request-id") == mine for name in before):
        yield Problem(f"the x-request-id {mine!r} was already used")


RULES: Final = (
    Rule(
        id="AUTH-001",
        title="Without a valid key the answer is 401, before the body is looked at",
        severity=Severity.BREAK,
        why="SDKs raise AuthenticationError on 401 only; an open route is a free model for everyone.",
        source="openai-python _exceptions.py (401); opencode#47820, OmniRoute#2257; LiteLLM 400, measured",
        remedy='Check the key first, on every route, and answer 401 with code "invalid_api_key".',
        judge=_keyed(about("no_key", "bad_key", "no_key_models", gate=replied, find=_shut)),
    ),
    Rule(
        id="HDR-001",
        title="Every reply has an x-request-id of its own",
        severity=Severity.ERROR,
        why="SDKs expose it as _request_id; it is what support asks for.",
        source="REC 2785 of 2785; openai-python reads x-request-id; LiteLLM sends other names, measured",
        remedy="Set x-request-id on every reply, errors too.",
        judge=any_of(*_ALL, gate=replied, find=_traced),
        profiles=STRICT_ONLY,
    ),
)
