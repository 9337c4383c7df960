"""The errors family: every 4xx and 5xx has a body that SDKs can read, and no 200 hides an error."""

from collections.abc import Iterator
from typing import Final

from novastack_contracts.exchange import Exchange, Record
from novastack_contracts.fitting import fits
from novastack_contracts.judging import about, answered, any_of, explained, failed
from novastack_contracts.plan import PLAN
from novastack_contracts.profile import STRICT_ONLY
from novastack_contracts.rule import Problem, Rule, Severity

_ALL: Final = tuple(PLAN)


def _json(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    if exchange.value is None:
        yield Problem(f"the body of a {exchange.status} is not one JSON object", span=(0, min(len(exchange.body), 80)))
    elif not exchange.header("content-type").startswith("application/json"):
        # SDKs parse the body whatever its type (openai-python _make_status_error_from_response).
        text = f"content-type of a {exchange.status} is {exchange.header('content-type')!r}, not application/json"
        yield Problem(text, profiles=STRICT_ONLY)


def _object(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    if exchange.value is not None and not isinstance(exchange.value.get("error"), dict):
        yield Problem(f"`error` is {exchange.value.get('error')!r}, not an object", "$.error")


def _four_keys(exchange: Exchange, record: Record) -> Iterator[Problem]:
    yield from fits("ERR-004", "error")(exchange, record)
    error = (exchange.value or {}).get("error", {})
    if "code" not in error:
        yield Problem("the key `code` is missing", "$.error.code")


def _code_type(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    code = (exchange.value or {}).get("error", {}).get("code")
    if not (code is None or isinstance(code, str)) or (isinstance(code, str) and code.isdigit()):
        yield Problem(f"code is {code!r}, not a word or null", "$.error.code")


def _no_error(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    if (exchange.value or {}).get("error"):
        yield Problem("a 2xx holds an error: SDKs return it as an answer without choices", "$.error")


def _not_422(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    if exchange.status == 422:
        yield Problem("a faulty request is answered with 422: OpenAI says 400")


RULES: Final = (
    Rule(
        id="ERR-001",
        title="Every error is a JSON object",
        severity=Severity.BREAK,
        why="SDKs put the parsed body into their exceptions; from HTML or text nothing can be read.",
        source="REC 1672 of 1672; LiteLLM 500 text/plain, measured",
        remedy="Answer every 4xx and 5xx with JSON and content-type application/json.",
        judge=any_of(*_ALL, gate=failed, find=_json),
    ),
    Rule(
        id="ERR-002",
        title="`error` is an object",
        severity=Severity.BREAK,
        why="SDKs read error.message; a string, or FastAPI's `detail`, leaves them with nothing.",
        source="autogen#757, tensorzero#5445, vllm#12886",
        remedy='Answer {"error": {"message", "type", "param", "code"}}.',
        judge=any_of(*_ALL, gate=failed, find=_object),
    ),
    Rule(
        id="ERR-003",
        title="An error has a message and a type",
        severity=Severity.BREAK,
        why="They are what a person and a program read first.",
        source="openai-openapi Error (required)",
        remedy="Send a non-empty message and a type such as invalid_request_error.",
        judge=any_of(*_ALL, gate=explained, find=fits("ERR-003", "error")),
    ),
    Rule(
        id="ERR-004",
        title="An error has `param` and `code`, null when unknown",
        severity=Severity.WARN,
        why="OpenAI's schema requires both.",
        source="openai-openapi Error (4 required); REC all",
        remedy="Send both keys always.",
        judge=any_of(*_ALL, gate=explained, find=_four_keys),
        profiles=STRICT_ONLY,
    ),
    Rule(
        id="ERR-005",
        title="An error's code is a word or null",
        severity=Severity.WARN,
        why='Programs compare it with words; 400 and "400" only repeat the status.',
        source='openai-openapi Error.code; vLLM int, LiteLLM "400", measured',
        remedy="Send a word such as model_not_found, or null.",
        judge=any_of(*_ALL, gate=explained, find=_code_type),
        profiles=STRICT_ONLY,
    ),
    Rule(
        id="ERR-006",
        title="No 2xx holds an error",
        severity=Severity.BREAK,
        why="openai-python returns it as an answer whose choices are None: no retry, no fallback, a crash later.",
        source="gateway-x#965; measured with openai-python 3.54.0",
        remedy="Set the status that the error means.",
        judge=any_of(*_ALL, gate=answered, find=_no_error),
    ),
    Rule(
        id="ERR-007",
        title="A faulty request is a 400, not a 422",
        severity=Severity.WARN,
        why="SDKs raise another exception for 422 than applications written for OpenAI catch.",
        source="REC (only 400 and 404)",
        remedy="Map validation errors to 400.",
        judge=about("no_messages", *_ALL, gate=failed, find=_not_422),
        profiles=STRICT_ONLY,
    ),
)
