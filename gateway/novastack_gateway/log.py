"""One JSON line per request on standard error. Never a key, never a prompt."""

import sys
from dataclasses import asdict
from typing import TextIO

import structlog

from novastack_gateway.exchange import Exchange


class Log:
    """Writes exchanges to a stream."""

    def __init__(self, file: TextIO = sys.stderr) -> None:
        self._log = structlog.wrap_logger(
            structlog.WriteLogger(file),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(),
            ],
        )

    def write(self, exchange: Exchange) -> None:
        fields = asdict(exchange)
        usage = exchange.usage
        fields["usage"] = None if usage is None else [usage.prompt_tokens, usage.completion_tokens]
        self._log.info("request", **{name: value for name, value in fields.items() if value is not None})
