"""What a stub replies: words, an error, or a sequence of these. What it says goes the way of every answer.

So usage is counted, max_tokens and stop cut, and the dialect writes it, streamed or not.
"""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from novastack_simulators.profile import Strict
from novastack_simulators.stubs.template import Template, everywhere, readable

WORDS: Final = ("text", "reasoning", "tool_calls", "refusal", "finish", "reason", "usage")
ORDER: Final = ("then", "by")


def _readable_arguments(arguments: Any) -> Any:
    everywhere(arguments, readable)
    return arguments


class ToolCall(Strict):
    """A call. `arguments` are an object, or a text that is sent as it is, so that they may be wrong on purpose."""

    name: str = Field(min_length=1)
    arguments: Annotated[dict[str, Any] | str, AfterValidator(_readable_arguments)] = Field(default_factory=dict)


class Usage(Strict):
    """The counts that the answer reports instead of the true ones, in tokens; the journal keeps the true ones."""

    prompt: int | None = Field(default=None, ge=0)
    completion: int | None = Field(default=None, ge=0)
    reasoning: int | None = Field(default=None, ge=0)


class Error(Strict):
    """An HTTP error in the provider's own shape; `retry_after` is in seconds, what is not given is the provider's."""

    status: int = Field(ge=400, le=599)
    message: Template | None = None
    type: str | None = None
    code: str | None = None
    retry_after: float | None = Field(default=None, ge=0)


class Said(Strict):
    """One answer: what is said, or an error. Reasoning is said to those who scene the model to think."""

    text: Template | None = None
    reasoning: Template | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    refusal: Template | None = None
    finish: Literal["stop", "length", "tool_calls"] | None = None
    reason: str | None = Field(default=None, pattern=r"^[a-z_]{1,64}$")
    usage: Usage | None = None
    error: Error | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = [name for name in WORDS if name in self.model_fields_set]
        if self.error is not None and given:
            raise ValueError(f"an error says nothing else: take out {', '.join(given)}")
        if self.refusal is not None and (self.text is not None or self.tool_calls):
            raise ValueError("a refusal takes the place of text and tool_calls")
        if self.finish is not None and self.reason is not None:
            raise ValueError("finish and reason say the same: give one of them")
        return self

    @property
    def empty(self) -> bool:
        return not self.model_fields_set & {*WORDS, "error"}


class Reply(Said):
    """An answer, or a `sequence` of them.

    `by` says what the place in the sequence is: `request`, how often this very request came to the stub, or `turn`,
    how often the assistant has spoken in the conversation already. Neither depends on what else is going on.
    After the last: `last` says it again, `repeat` starts again, `generate` answers as though there were no stub.
    """

    sequence: tuple[Said, ...] | None = Field(default=None, min_length=1)
    then: Literal["last", "repeat", "generate"] = "last"
    by: Literal["request", "turn"] = "request"

    @model_validator(mode="after")
    def _kind(self) -> Self:
        if self.sequence is not None and not self.empty:
            raise ValueError("a sequence says nothing itself: put the rest into its answers")
        if self.sequence is None and self.model_fields_set & {*ORDER}:
            raise ValueError("then and by go with a sequence")
        if self.sequence is None and self.empty:
            raise ValueError(f"expected one or more of {', '.join(WORDS)}, or error, or sequence")
        if any(answer.empty for answer in self.sequence or ()):
            raise ValueError("each answer of a sequence says something, or is an error")
        return self

    def at(self, place: int) -> Said | None:
        """The answer at a place (1 is the first); None where the model is to speak for itself."""
        if self.sequence is None:
            return self
        if place > len(self.sequence):
            after = {"last": len(self.sequence), "repeat": (place - 1) % len(self.sequence) + 1, "generate": 0}
            place = after[self.then]
        return self.sequence[place - 1] if place else None
