"""The words that a simulator takes, typed so that an editor completes them. What they mean is the simulator's.

A misspelt word is refused by the simulator too, so nothing here need be checked again.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

Wanted = str | Mapping[str, Any]
"""What is wanted of a text: itself, or a mapping of `equals`, `contains`, `matches`."""


class Query(TypedDict, total=False):
    """Which requests of the journal are meant: all that is given must hold."""

    request_id: str
    canary: str
    key: str
    method: str
    path: str
    model: str
    stream: bool
    attempt: int
    status: int
    stub: str
    fault: str
    cancelled: bool
    unmet: bool
    ended: bool
    since: float
    until: float
    after: int


class ToolCall(TypedDict):
    """A call. `arguments` are an object, or a text that is sent as it is, so that they may be wrong on purpose."""

    name: str
    arguments: NotRequired[Mapping[str, Any] | str]


class To(TypedDict, total=False):
    """Which requests get a reply (`to`: what the last message contains), and which of several replies comes first."""

    to: Wanted
    any_message: Wanted
    tool_result: Wanted
    model: Wanted
    header: Mapping[str, Wanted]
    json: Mapping[str, Any]
    name: str
    priority: int


class Reply(To, total=False):
    """What is said besides the text."""

    reasoning: str
    tool_calls: Sequence[ToolCall]
    refusal: str
    finish: Literal["stop", "length", "tool_calls"]
    reason: str
    usage: Mapping[Literal["prompt", "completion", "reasoning"], int]


class Failure(To, total=False):
    """What an error says; what is not given is the provider's. `retry_after` is in seconds."""

    message: str
    type: str
    code: str
    retry_after: float


class Order(To, total=False):
    """What follows after the last answer of a sequence, and what makes the place in it."""

    then: Literal["last", "repeat", "generate"]
    by: Literal["request", "turn"]
