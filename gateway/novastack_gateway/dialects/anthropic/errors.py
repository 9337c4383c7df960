"""Error bodies of the Messages API: `{"type": "error", "error": {"type", "message"}, "request_id"}` (platform.claude.com, API errors, November 2026)."""

from novastack_gateway import reading


def message_of(body: bytes) -> tuple[str | None, str | None, str | None]:
    """An error's message, param (which Anthropic does not name) and code, which is its type."""
    value = reading.value_of(body)
    error = value.get("error") if isinstance(value, dict) else None
    if not isinstance(error, dict):
        return None, None, None
    message, kind = error.get("message"), error.get("type")
    return (
        message if isinstance(message, str) else None,
        None,
        kind if isinstance(kind, str) else None,
    )
