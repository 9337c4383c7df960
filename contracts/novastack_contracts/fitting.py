"""Which rule answers for which place of the wire model, so that one fault is reported once and under its own name.

A misfit at a claimed path belongs to the rule that claims it. Any other belongs to the shape's keeper when SDKs need the
place (compat), and to RES-011 when only OpenAI's own schema does (strict).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from novastack_contracts.exchange import Exchange, Record
from novastack_contracts.judging import Find
from novastack_contracts.profile import STRICT_ONLY, Profile
from novastack_contracts.rule import Problem
from novastack_contracts.wire import Misfit, Path, fit

REST: Final = "RES-011"
KEEPERS: Final[Mapping[str, str]] = MappingProxyType(
    {"completion": "RES-001", "chunk": "STR-004", "models": "MOD-001", "model": "MOD-003", "error": "ERR-003"}
)
# `*` stands for one step; a claim covers its path and all below it. The longest claim wins.
CLAIMS: Final[Mapping[str, Mapping[Path, str]]] = MappingProxyType(
    {
        "completion": {
            ("id",): "RES-002",
            ("object",): "RES-003",
            ("created",): "RES-004",
            ("choices", "*", "index"): "RES-006",
            ("choices", "*", "message", "role"): "RES-007",
            ("choices", "*", "message", "content"): "RES-008",
            ("choices", "*", "finish_reason"): "RES-009",
            ("choices", "*", "message", "refusal"): "RES-012",
            ("choices", "*", "logprobs"): "RES-012",
            ("choices", "*", "message", "tool_calls", "*", "id"): "TOOL-001",
            ("choices", "*", "message", "tool_calls", "*", "type"): "TOOL-002",
            ("choices", "*", "message", "tool_calls", "*", "function", "name"): "TOOL-003",
            ("choices", "*", "message", "tool_calls", "*", "function", "arguments"): "TOOL-004",
            ("usage",): "USE-002",
            ("usage", "prompt_tokens_details"): "USE-005",
            ("usage", "completion_tokens_details"): "USE-005",
        },
        "chunk": {
            ("id",): "STR-008",
            ("created",): "STR-009",
            ("model",): "STR-010",
            ("object",): "STR-010",
            ("choices", "*", "index"): "STR-012",
            ("choices", "*", "finish_reason"): "STR-013",
            ("choices", "*", "delta", "role"): "STR-016",
            ("choices", "*", "delta", "tool_calls", "*", "index"): "TOOL-011",
            ("usage",): "USE-002",
            ("usage", "prompt_tokens_details"): "USE-005",
            ("usage", "completion_tokens_details"): "USE-005",
        },
        "error": {("error", "code"): "ERR-005", ("error", "param"): "ERR-004"},
        "models": {},
        "model": {},
    }
)


def fits(rule: str, *shapes: str) -> Find:
    """A finder of the misfits that are this rule's own. Repeats over the chunks of a stream are told once, counted."""

    def find(exchange: Exchange, _record: Record) -> Iterator[Problem]:
        for shape in shapes:
            yield from _once(_mine(rule, shape, exchange))

    return find


def _once(problems: Iterator[Problem]) -> Iterator[Problem]:
    found: dict[tuple[str, str], Problem] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for problem in problems:
        counts[problem.pointer, problem.text] += 1
        found.setdefault((problem.pointer, problem.text), problem)
    for place, problem in found.items():
        more = f" (and in {counts[place] - 1} more)" if counts[place] > 1 else ""
        yield Problem(problem.text + more, problem.pointer, problem.span, problem.profiles)


def _mine(rule: str, shape: str, exchange: Exchange) -> Iterator[Problem]:
    for misfit, profiles, span in _found(shape, exchange):
        if _owner(shape, misfit.path, strict=profiles == STRICT_ONLY) == rule:
            yield Problem(misfit.text, misfit.pointer, span, profiles)


def _found(shape: str, exchange: Exchange) -> Iterator[tuple[Misfit, frozenset[Profile], tuple[int, int] | None]]:
    if shape == "chunk" and exchange.streams:
        for payload, misfit, profiles in exchange.chunk_misfits:
            yield misfit, profiles, (payload.event.offset, payload.event.end)
    if shape != "chunk" and not exchange.streams and exchange.value is not None:
        for misfit, profiles in _fit(shape, exchange.body):
            yield misfit, profiles, None


# Each answer is held against its shape once, however many rules ask.
_fit = lru_cache(maxsize=256)(fit)


def _owner(shape: str, path: Path, *, strict: bool) -> str:
    claims = [claim for claim in CLAIMS[shape] if _covers(claim, path)]
    if claims:
        return CLAIMS[shape][max(claims, key=len)]
    return REST if strict and shape in {"completion", "chunk"} else KEEPERS[shape]


def _covers(claim: Path, path: Path) -> bool:
    return len(claim) <= len(path) and all(want in {"*", step} for want, step in zip(claim, path, strict=False))
