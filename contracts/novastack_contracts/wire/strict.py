"""OpenAI's own wire: the compat models narrowed to what OpenAI documents and was recorded to send.

Source: openai-openapi `components.schemas` (the class names are ours) with its `nullable` defects read as meant, and
`system_fingerprint` null as recorded 988 times in 1,007 answers (FauxpenAI recordings of the real API, March 2025).
"""

from typing import Annotated, Literal

from pydantic import Discriminator, Tag

from novastack_contracts.wire import compat
from novastack_contracts.wire.part import Count, Part

FinishReason = Literal["stop", "length", "tool_calls", "content_filter", "function_call"]
ServiceTier = Literal["auto", "default", "flex", "scale", "priority", "fast"]


class PromptDetails(Part):
    """Where the prompt's tokens came from."""

    cached_tokens: Count = 0
    audio_tokens: Count = 0


class CompletionDetails(Part):
    """What the answer's tokens were spent on."""

    reasoning_tokens: Count = 0
    audio_tokens: Count = 0
    accepted_prediction_tokens: Count = 0
    rejected_prediction_tokens: Count = 0


class Usage(compat.Usage):
    """Details are objects or absent, never null."""

    prompt_tokens_details: PromptDetails = PromptDetails()  # type: ignore[assignment]  # narrowed from a free mapping
    completion_tokens_details: CompletionDetails = CompletionDetails()  # type: ignore[assignment]  # as above


class TopLogprob(Part):
    """One alternative token."""

    token: str
    logprob: float
    bytes: tuple[int, ...] | None


class TokenLogprob(TopLogprob):
    """One token that was chosen, and its alternatives."""

    top_logprobs: tuple[TopLogprob, ...]


class Logprobs(Part):
    """Both keys are required, either may be null."""

    content: tuple[TokenLogprob, ...] | None
    refusal: tuple[TokenLogprob, ...] | None


class UrlCitation(Part):
    """Where a cited passage came from."""

    url: str
    title: str
    start_index: int
    end_index: int


class Annotation(Part):
    """A note on the text."""

    type: Literal["url_citation"]
    url_citation: UrlCitation


class LegacyCall(Part):
    """The deprecated `function_call`."""

    name: str
    arguments: str


class Audio(Part):
    """A spoken answer."""

    id: str
    expires_at: int
    data: str
    transcript: str


ToolCall = Annotated[
    Annotated[compat.FunctionCall, Tag("<function>")] | Annotated[compat.CustomCall, Tag("<custom>")],
    Discriminator(compat.call_kind),
]


class Message(compat.Message):
    """`refusal` is required; lists and objects are absent rather than null."""

    refusal: str | None
    tool_calls: tuple[ToolCall, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    function_call: LegacyCall = LegacyCall(name="", arguments="")
    audio: Audio | None = None


class Choice(compat.Choice):
    """`logprobs` is required, null when nobody asked."""

    message: Message
    finish_reason: FinishReason
    logprobs: Logprobs | None


class Completion(compat.Completion):
    """The whole answer."""

    choices: tuple[Choice, ...]
    usage: Usage = Usage(prompt_tokens=0, completion_tokens=0, total_tokens=0)
    service_tier: ServiceTier | None = None
    system_fingerprint: str | None = None


class FunctionPiece(compat.FunctionPiece):
    """Absent rather than null."""

    name: str = ""
    arguments: str = ""


class ToolCallPiece(compat.ToolCallPiece):
    """Absent rather than null."""

    id: str = ""
    type: Literal["function"] = "function"
    function: FunctionPiece = FunctionPiece()


class Delta(compat.Delta):
    """An answer is the assistant's; OpenAI's file also lists four roles that only requests can have."""

    role: Literal["assistant"] = "assistant"
    tool_calls: tuple[ToolCallPiece, ...] = ()
    function_call: FunctionPiece = FunctionPiece()


class ChunkChoice(compat.ChunkChoice):
    """`finish_reason` is required, null until the end."""

    delta: Delta
    finish_reason: FinishReason | None
    logprobs: Logprobs | None = None


class Chunk(compat.Chunk):
    """One event of a chat stream."""

    choices: tuple[ChunkChoice, ...]
    usage: Usage | None = None
    service_tier: ServiceTier | None = None
    system_fingerprint: str | None = None


class ModelCard(compat.ModelCard):
    """All four keys."""

    created: int


class ModelList(compat.ModelList):
    """The answer of GET /models."""

    data: tuple[ModelCard, ...]


class Fault(compat.Fault):
    """All four keys; `param` and `code` may be null."""

    param: str | None
    code: str | None


class ErrorReply(compat.ErrorReply):
    """The body of every 4xx and 5xx."""

    error: Fault
