"""The `gateway:` part of the configuration: frozen, closed (unknown keys are errors), complete in its defaults.

Without a file it describes the gateway in front of the three simulated upstreams on loopback, with a development key
that works nowhere else.
"""

import ipaddress
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl, SecretStr, model_validator

from novastack_gateway.dialects import DIALECTS

DEVELOPMENT_KEY: Final = "sk-novastack-dev"
SHORTEST_KEY: Final = 24

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]


def _sendable(key: SecretStr) -> SecretStr:
    """A key travels in a header: a line break in it, such as files end with, would end the header too."""
    text = key.get_secret_value()
    if not text or not all("!" <= letter <= "~" for letter in text):
        raise ValueError("a key is one or more printable ASCII characters without spaces or line breaks")
    return key


def _known_dialect(name: str) -> str:
    if name not in DIALECTS:
        raise ValueError(f"expected one of {', '.join(DIALECTS)}")
    return name


Key = Annotated[SecretStr, AfterValidator(_sendable)]
Port = Annotated[int, Field(ge=0, le=65535)]


class Section(BaseModel):
    # A key that is refused must not be shown in the refusal.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class PriceConfig(Section):
    """US dollars per million tokens."""

    input: Annotated[float, Field(ge=0)]
    output: Annotated[float, Field(ge=0)]


class ModelConfig(Section):
    """One model of an upstream: the id that callers use, what the upstream calls it, and what callers may want to know."""

    id: Annotated[str, Field(min_length=1)]
    upstream_id: str | None = None
    """What the upstream calls it; the same as `id` when not given."""
    aliases: tuple[str, ...] = ()
    context_window: Annotated[int, Field(ge=1)]
    max_output_tokens: Annotated[int, Field(ge=1)]
    price: PriceConfig | None = None
    modalities: tuple[Literal["text", "image", "audio", "video", "file"], ...] = ("text",)


class UpstreamConfig(Section):
    """A configured target: where it is, which dialect it speaks, and the credential that it wants."""

    name: Name
    dialect: Annotated[str, AfterValidator(_known_dialect)]
    base_url: HttpUrl
    api_key: Key
    models: Annotated[tuple[ModelConfig, ...], Field(min_length=1)]


class MatchConfig(Section):
    model: str | None = None
    """A model name; `*` and `?` stand for any characters; case does not matter."""
    path_upstream: str | None = None
    """The first segment of `/{upstream}/v1/chat/completions`."""
    header: dict[str, str] | None = None
    """One header name and the value that it must have."""

    @model_validator(mode="after")
    def _one_header(self) -> Self:
        if self.header is not None and len(self.header) != 1:
            raise ValueError("name exactly one header")
        return self


class RouteConfig(Section):
    """A rule that comes before the built-in ones; the first that holds decides."""

    name: Name
    match: MatchConfig
    upstream: str
    model: str | None = None


class CallerConfig(Section):
    """One key and its owner."""

    name: Name
    key: Key
    requests_per_minute: Annotated[int, Field(ge=1)] | None = None


class TimeoutConfig(Section):
    """Seconds that the gateway waits for an upstream."""

    connect: Annotated[float, Field(gt=0)] = 5.0
    first_byte: Annotated[float, Field(gt=0)] = 120.0
    between_bytes: Annotated[float, Field(gt=0)] = 60.0


def _development_callers() -> tuple[CallerConfig, ...]:
    return (CallerConfig(name="development", key=SecretStr(DEVELOPMENT_KEY), requests_per_minute=600),)


def _simulated_upstreams() -> tuple[UpstreamConfig, ...]:
    """The three simulators on their default ports; figures as the vendors published them by November 2026."""
    return tuple(UpstreamConfig.model_validate(upstream) for upstream in _SIMULATED)


# Context windows and limits: models.dev (Qwen), api-docs.deepseek.com, platform.claude.com. Prices: Model Studio
# international without thinking (unconfirmed), DeepSeek's list price of April 2026 without promotions and cache hits,
# Anthropic's list price.
_SIMULATED: Final = (
    {
        "name": "qwen3-235b-a22b",
        "dialect": "dashscope",
        "base_url": "http://127.0.0.1:9101/compatible-mode/v1",
        "api_key": "sk-sim-qwen3-235b-a22b",
        "models": [
            {
                "id": "qwen3-235b-a22b",
                "aliases": ["Qwen3-235B-A22B"],
                "context_window": 131_072,
                "max_output_tokens": 16_384,
                "price": {"input": 0.7, "output": 2.8},
            }
        ],
    },
    {
        "name": "deepseek-v4-pro",
        "dialect": "deepseek",
        "base_url": "http://127.0.0.1:9102",
        "api_key": "sk-sim-deepseek-v4-pro",
        "models": [
            {
                "id": "deepseek-v4-pro",
                "aliases": ["DeepSeek-V4-Pro"],
                "context_window": 1_048_576,
                "max_output_tokens": 393_216,
                "price": {"input": 1.74, "output": 3.48},
            }
        ],
    },
    {
        "name": "claude-opus-4-7",
        "dialect": "anthropic",
        "base_url": "http://127.0.0.1:9103",
        "api_key": "sk-sim-claude-opus-4-7",
        "models": [
            {
                "id": "claude-opus-4-7",
                "aliases": ["Claude-Opus-4.7"],
                "context_window": 1_000_000,
                "max_output_tokens": 128_000,
                "price": {"input": 5.0, "output": 25.0},
                "modalities": ["text", "image", "file"],
            }
        ],
    },
)


class GatewayConfig(Section):
    """Everything that the gateway is told at start."""

    host: str = "127.0.0.1"
    port: Port = 8080
    max_body_bytes: Annotated[int, Field(ge=1024)] = 32 * 1024 * 1024
    callers: Annotated[tuple[CallerConfig, ...], Field(default_factory=_development_callers, min_length=1)]
    upstreams: Annotated[tuple[UpstreamConfig, ...], Field(default_factory=_simulated_upstreams, min_length=1)]
    routes: tuple[RouteConfig, ...] = ()
    timeouts: TimeoutConfig = TimeoutConfig()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        complaints = [*_repeated(self), *_unknown_upstreams(self), *_unsafe_keys(self)]
        if complaints:
            raise ValueError("; ".join(complaints))
        return self


def _repeated(config: GatewayConfig) -> list[str]:
    """Names that would mean two things."""
    groups = {
        "caller name": [caller.name for caller in config.callers],
        "caller key": [caller.key.get_secret_value() for caller in config.callers],
        "upstream name": [upstream.name for upstream in config.upstreams],
        "model name": [name for upstream in config.upstreams for name in _model_names(upstream)],
    }
    return [
        f"{what} used twice" + (f": {', '.join(sorted(twice))}" if what != "caller key" else "")
        for what, names in groups.items()
        if (twice := {name for name in names if names.count(name) > 1})
    ]


def _model_names(upstream: UpstreamConfig) -> list[str]:
    """Every lower-cased name of the upstream's models, each once per model."""
    return [name for model in upstream.models for name in {model.id.lower(), *map(str.lower, model.aliases)}]


def _unknown_upstreams(config: GatewayConfig) -> list[str]:
    known = [upstream.name for upstream in config.upstreams]
    return [
        f"route '{route.name}' goes to upstream '{route.upstream}', which is not one of {', '.join(known)}"
        for route in config.routes
        if route.upstream not in known
    ]


def _unsafe_keys(config: GatewayConfig) -> list[str]:
    """A key that others know or can guess must not be reachable from another machine (case SEC-04)."""
    if is_loopback(config.host):
        return []
    return [
        f"the key of caller '{caller.name}' is the development key or shorter than {SHORTEST_KEY} characters, which is"
        f" refused on {config.host}: only loopback addresses may use it. Make one with"
        " `python -c 'import secrets; print(\"sk-\" + secrets.token_urlsafe(32))'`"
        for caller in config.callers
        if caller.key.get_secret_value() == DEVELOPMENT_KEY or len(caller.key.get_secret_value()) < SHORTEST_KEY
    ]


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
