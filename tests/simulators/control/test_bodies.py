"""Every body is JSON, whatever its content type says."""

from typing import Any

import pytest


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "application/json", None])
def test_a_body_is_json_whatever_its_content_type(client: Any, kind: str | None) -> None:
    """What curl sends without a header of its own is taken too."""
    url, headers = f"{client.endpoint.control_url}/faults", {} if kind is None else {"content-type": kind}
    reply = client.http.put(url, content=b'[{"do": "status", "status": 500}]', headers=headers)
    assert (200, ["status"]) == (reply.status_code, [fault["do"] for fault in reply.json()])
