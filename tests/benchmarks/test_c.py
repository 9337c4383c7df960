"""The C client and the C wheel, against each other over a real socket."""

import shutil
from pathlib import Path

import pytest

from benchmarks.loads.streams import Size, crowd
from benchmarks.measure import free_port, serving
from benchmarks.peers.novastack import FIRST, GAP, TOKENS
from benchmarks.peers.wheel import PEER
from benchmarks.punctuality import Plan, punctuality


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("gcc") is None, reason="needs a C compiler")
def test_the_client_sees_every_event_of_the_wheel(tmp_path: Path) -> None:
    """Each stream is whole, has its tokens and the terminator, and none of them came too early."""
    port = free_port()
    with serving(PEER.prepare(tmp_path, port).command, port, tmp_path):
        streams = crowd(PEER, port, tmp_path, Size(streams=3, ramp=0.01, patience=30, distinct=True)).done()
    assert [(200, True, TOKENS + 1, TOKENS)] * 3 == [
        (each.status, each.whole, each.events, len(each.content)) for each in streams
    ]
    assert 0 <= punctuality(streams, Plan(FIRST, GAP, TOKENS)).lateness_min
