"""What we rely on inside uvicorn, which is not its public face: an upgrade that moves it fails here."""

import inspect

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import Server, ServerState

from novastack_gateway.edge.cycle import HotCycle
from novastack_gateway.edge.protocol import EdgeProtocol


def test_uvicorn_still_has_every_attribute_that_we_rely_on() -> None:
    """An upgrade that moves one of them fails here, not in production."""
    own = {
        "config app loop parser flow transport server_state tasks pipeline headers url expect_100_continue cycle scope",
    }
    source = inspect.getsource(HttpToolsProtocol)
    assert [] == [name for name in " ".join(own).split() if f"self.{name}" not in source]
    methods = (
        "data_received connection_made connection_lost send_400_response on_message_begin on_url on_header "
        "on_headers_complete on_body on_message_complete on_response_complete _start_asgi_task shutdown"
    )
    assert [] == [name for name in methods.split() if name not in vars(HttpToolsProtocol)]
    expected = ["self", "config", "server_state", "app_state", "_loop"]
    assert expected == list(inspect.signature(HttpToolsProtocol.__init__).parameters)
    assert ["self", "cycle", "app"] == list(inspect.signature(HttpToolsProtocol._start_asgi_task).parameters)
    assert ["self", "msg"] == list(inspect.signature(HttpToolsProtocol.send_400_response).parameters)
    flow = ("pause_reading", "resume_reading", "drain", "pause_writing", "resume_writing")
    assert [] == [name for name in flow if name not in vars(FlowControl)]
    assert "write_paused" in inspect.getsource(FlowControl)
    assert "default_headers" in vars(ServerState())
    assert b"HTTP/1.1 431 Request Header Fields Too Large\r\n" == STATUS_LINE[431]
    assert {100, 499, 599} <= STATUS_LINE.keys()
    assert {"capture_signals", "run", "serve"} <= set(dir(Server))


def test_a_hot_cycle_has_what_uvicorn_asks_of_a_cycle() -> None:
    """Everything that the protocol reads or sets on it, but what only our overrides let through to their own."""
    source = inspect.getsource(HttpToolsProtocol)
    used = {"response_complete", "disconnected", "message_event", "keep_alive"}
    assert [] == [name for name in used if f"cycle.{name}" not in source]
    members = set(dir(HotCycle)) | set(inspect.getsource(HotCycle.__init__).split("self.")[1:])
    assert [] == [name for name in used if not any(member.startswith(name) for member in members)]
    for method in ("on_body", "on_message_complete", "on_headers_complete", "_start_asgi_task", "connection_lost"):
        assert method in vars(EdgeProtocol), method
    cold = inspect.getsource(RequestResponseCycle)
    assert "self.more_body" in cold
    assert "self.keep_alive" in cold
