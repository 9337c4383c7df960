"""A profile is a simulated model; each figure says where it comes from and how sure it is."""

from datetime import date
from typing import Literal

from pydantic import Field

from novastack_simulators.profile.figures import Figure, Span, Strict, Sure
from novastack_simulators.profile.quotas import Accounting, Limits
from novastack_simulators.profile.tempo import Tempo

# Those that splintr-rs brings along and a profile may want.
Vocabulary = Literal["o200k_base", "qwen3", "deepseek_v3"]


class Cache(Strict):
    """How prompts are cached: no prefix shorter than `least` tokens, in steps of `step` tokens, for `ttl` seconds."""

    least: Figure
    step: Figure
    ttl: Figure


class Queueing(Strict):
    """While a request waits for the model: a sign of life every `beat` seconds, the end after `patience` seconds."""

    beat: Figure
    patience: Figure


class Quirks(Strict):
    """What differs between models of one dialect, or is not confirmed. The default is the documented-looking one."""

    thinking_by_default: bool = False
    images: bool = False
    caching: bool = True
    fills_context: bool = False
    json_schema: bool = True
    unsafe: str | None = None
    system_fingerprint: str | None = None
    obfuscation: bool = True
    usage_chunks: Literal["finish", "trailing", "both"] = "trailing"
    error_id: Literal["request_id", "id"] = "request_id"
    serving: Literal["vllm", "sglang"] = "vllm"
    version: str = "0.32.0"
    echo_request_id: bool = False


class Vector(Strict):
    """An embedding model: how long its vectors are, and whether a caller may ask for shorter ones."""

    size: int = Field(ge=1)
    shortened: bool
    source: str = Field(min_length=1)
    sure: Sure


class Embeddings(Strict):
    """The embedding models by id, and how many tokens one input and all inputs of a request may have."""

    models: dict[str, Vector] = Field(min_length=1)
    longest_input: Figure
    longest_request: Figure


class Profile(Strict):
    """A simulated model. Sizes are in tokens; `letters` is the longest run of letters in one token.

    `vocabulary` is what cuts tokens instead where the extra `tokens` is installed.

    `limits`, by name, are told in headers; an upstream enforces them when its configuration says so, counted as
    `accounting` says.
    `kv_tokens` is how many tokens its KV cache holds.
    """

    model: str
    title: str
    dialect: str
    models: tuple[str, ...] = Field(min_length=1)
    owner: str
    released: date
    context: Figure
    longest_input: Figure
    longest_output: Figure
    letters: Figure
    vocabulary: Vocabulary | None = None
    per_message: Figure
    per_image: Figure
    per_page: Figure | None = None
    delta_tokens: Span
    tempo: Tempo
    embeddings: Embeddings | None = None
    cache: Cache | None = None
    queueing: Queueing | None = None
    kv_tokens: Figure | None = None
    limits: Limits = Field(default_factory=dict)
    accounting: Accounting = Accounting()
    quirks: Quirks = Quirks()

    def quirked(self, quirks: Quirks) -> "Profile":
        """The profile with those quirks that are set; the others stay its own."""
        return self.model_copy(update={"quirks": self.quirks.model_copy(update=quirks.model_dump(exclude_unset=True))})

    def paced(self, tempo: Tempo | None) -> "Profile":
        """The profile at another tempo, if one is given."""
        return self if tempo is None else self.model_copy(update={"tempo": tempo})
