"""What is measured side by side: one file for each, pinned, installed outside the tree. One new file, one entry."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from benchmarks.peers import aimock, fakellm, llmock, mockllm, nginx, novastack
from benchmarks.peers.peer import Peer

CHAT: Final[Mapping[str, Peer]] = MappingProxyType(
    {peer.name: peer for peer in (nginx.PEER, novastack.INSTANT, aimock.PEER, llmock.PEER, fakellm.PEER, mockllm.PEER)}
)
"""Who answers a short chat: the limit first, then ours, then the others."""
