"""How vLLM and SGLang spell the same answer: keys, nulls and their order. The quirk `serving` chooses.

vLLM 0.32: a plain body has every field, nulls included; of a chunk only what was set. SGLang 0.5: nulls everywhere,
the field `reasoning_content`, `matched_stop` on each choice (chunks recorded in sgl-project/sglang#9657).
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from novastack_simulators.dialects.identifiers import letters
from novastack_simulators.generation import Choice, Generation, stamp
from novastack_simulators.generation.deltas import Delta

Spelled = dict[str, Any]
END_OF_TURN: Final = 151_645  # Qwen3's <|im_end|>


class Said(NamedTuple):
    """One choice as a whole: what it says, or None for what it has none of."""

    content: str | None
    reasoning: str | None
    calls: list[Spelled]


class Spelling(NamedTuple):
    """One server's words. Chunks: `opening` and `delta` make a delta, `piece` and `last` what stands on its choice."""

    identity: Callable[[bytes], str]
    call_id: Callable[[bytes, int], str]
    message: Callable[[Said], Spelled]
    ended: Callable[[Choice], Spelled]
    body: Spelled
    usage: Callable[[Generation], Spelled]
    opening: Spelled
    delta: Callable[[Delta, str], Spelled]
    closing: Spelled
    piece: Spelled
    last: Callable[[Choice], Spelled]
    chunk: Spelled
    first: Spelled
    named: str


def counts(prompt: int, completion: int) -> Spelled:
    """The three counts in the order of both servers' models."""
    return {"prompt_tokens": prompt, "total_tokens": prompt + completion, "completion_tokens": completion}


def _hex(mark: bytes, *parts: str | int) -> str:
    return stamp("id", mark, *parts)[:16].hex()


def _vllm_message(said: Said) -> Spelled:
    """The tool calls are left out when there are none."""
    return {
        "role": "assistant",
        "content": said.content,
        "refusal": None,
        "annotations": None,
        "audio": None,
        "function_call": None,
        **({"tool_calls": said.calls} if said.calls else {}),
        "reasoning": said.reasoning,
    }


def _vllm_delta(delta: Delta, call_id: str) -> Spelled:
    if delta.kind == "reasoning":
        return {"reasoning": delta.text}
    if delta.kind == "text":
        return {"content": delta.text}
    if delta.kind == "call":
        opened = {"id": call_id, "type": "function", "index": delta.call, "function": {"name": delta.text}}
        return {"tool_calls": [opened]}
    return {"tool_calls": [{"index": delta.call, "function": {"arguments": delta.text}}]}


VLLM: Final = Spelling(
    identity=lambda mark: f"chatcmpl-{_hex(mark)}",
    call_id=lambda mark, number: f"chatcmpl-tool-{_hex(mark, 'call', number)}",
    message=_vllm_message,
    ended=lambda choice: {"stop_reason": choice.stopped_by, "token_ids": None},
    body={"prompt_logprobs": None, "prompt_token_ids": None, "kv_transfer_params": None, "metrics": None},
    usage=lambda made: {**counts(made.prompt_tokens, made.completion_tokens), "prompt_tokens_details": None},
    opening={"role": "assistant", "content": ""},
    delta=_vllm_delta,
    closing={"content": ""},
    piece={"token_ids": None},
    last=lambda choice: {"stop_reason": choice.stopped_by, "token_ids": None},
    chunk={},
    first={"prompt_token_ids": None},
    # vLLM says stop for a named tool choice, as OpenAI once did.
    named="stop",
)


def _matched(choice: Choice) -> Spelled:
    """What ended the choice: the stop sequence, the end-of-turn token, or nothing (length, tool calls)."""
    by = {"stop": END_OF_TURN, "stop_sequence": choice.stopped_by}
    return {"matched_stop": by.get(choice.finish)}


def _sglang_delta(delta: Delta, call_id: str) -> Spelled:
    empty = {"role": None, "content": None, "reasoning_content": None, "tool_calls": None}
    if delta.kind == "reasoning":
        return {**empty, "reasoning_content": delta.text}
    if delta.kind == "text":
        return {**empty, "content": delta.text}
    opens = delta.kind == "call"
    function = {"name": delta.text if opens else None, "arguments": "" if opens else delta.text}
    call = {"id": call_id if opens else None, "index": delta.call, "type": "function", "function": function}
    return {**empty, "tool_calls": [call]}


SGLANG: Final = Spelling(
    identity=_hex,
    call_id=lambda mark, number: f"call_{letters(mark, 24, number).lower()}",
    message=lambda said: {
        "role": "assistant",
        "content": said.content,
        "reasoning_content": said.reasoning,
        "tool_calls": [{**call, "index": index} for index, call in enumerate(said.calls)] or None,
    },
    ended=_matched,
    body={"metadata": {"weight_version": "default"}},
    usage=lambda made: {
        **counts(made.prompt_tokens, made.completion_tokens),
        "prompt_tokens_details": None,
        "reasoning_tokens": made.reasoning_tokens,
    },
    opening={"role": "assistant", "content": "", "reasoning_content": None, "tool_calls": None},
    delta=_sglang_delta,
    closing={"role": None, "content": None, "reasoning_content": None, "tool_calls": None},
    piece={"matched_stop": None},
    last=_matched,
    chunk={"usage": None},
    first={},
    named="tool_calls",
)
SPELLINGS: Final[Mapping[str, Spelling]] = MappingProxyType({"vllm": VLLM, "sglang": SGLANG})
