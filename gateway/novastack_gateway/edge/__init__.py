"""The way in: requests as the pipeline sees them, whatever server is in front."""

from novastack_gateway.edge.reply import Handler, Reply, Request

__all__ = ["Handler", "Reply", "Request"]
