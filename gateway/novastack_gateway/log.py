"""One JSON line per request on standard error. Never a key, never a prompt."""

import sys
from dataclasses import asdict
from typing import Any, TextIO

import msgspec
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
        fields = {name: _short(value) for name, value in asdict(exchange).items() if value is not None}
        if exchange.usage is not None:
            fields["usage"] = msgspec.to_builtins(exchange.usage)
        self._log.info("request", **fields)


def _short(value: Any) -> Any:
    """Times to the microsecond: more digits are noise."""
    return round(value, 6) if isinstance(value, float) else value
