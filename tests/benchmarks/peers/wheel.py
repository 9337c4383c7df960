"""The limit of the stream rows: an epoll server in C that only writes events on time (c/wheel.c)."""

from pathlib import Path

from benchmarks.machine import compiled
from benchmarks.peers.novastack import FIRST, GAP, TOKENS
from benchmarks.peers.peer import Peer, Start

EVENT = 290


def _prepare(_folder: Path, port: int) -> Start:
    figures = (port, round(FIRST * 1e6), round(GAP * 1e6), TOKENS, EVENT)
    return Start([str(compiled("wheel")), *map(str, figures)])


PEER = Peer("C epoll wheel", "c/wheel.c", _prepare)
