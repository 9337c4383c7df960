"""Whether a prompt and its answer fit in the model's context. Pure; sizes in tokens."""

import msgspec

from novastack_simulators.dialects.dialect import Answer
from novastack_simulators.generation import Generation
from novastack_simulators.generation.choice import shortened
from novastack_simulators.profile import Profile
from novastack_simulators.prompt import Prompt
from novastack_simulators.refusal import Refusal


def ended(profile: Profile, generation: Generation) -> Generation:
    """What is said ends where the context is full, if the provider lets an answer begin that may not fit."""
    room = max(0, int(profile.context.value) - generation.prompt_tokens)
    if not profile.quirks.fills_context or generation.completion_tokens <= room:
        return generation
    choices = tuple(shortened(choice, room) for choice in generation.choices)
    return msgspec.structs.replace(generation, choices=choices)


def check(profile: Profile, answer: Answer, prompt: Prompt, generation: Generation) -> None:
    """The prompt must fit, and so must the prompt with the longest answer that was allowed. Raises Refusal."""
    length = generation.prompt_tokens
    context, longest = int(profile.context.value), int(profile.longest_input.value)
    completion = 0 if profile.quirks.fills_context else prompt.limit or 0
    if answer.field is None or (length <= longest and length + completion <= context):
        return
    reason = (
        f"prompt is too long: {length} tokens > {longest} maximum"
        if length > longest
        else f"input length and `max_tokens` exceed context limit: {length} + {completion} > {context}, "
        "decrease input length or `max_tokens` and try again"
    )
    raise Refusal(
        "context",
        param=answer.field,
        context=context,
        longest=longest,
        room=max(0, context - completion),
        prompt=length,
        completion=completion,
        total=length + completion,
        reason=reason,
    )
