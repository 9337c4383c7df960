"""The control plane as one application: its documentation, which needs no network."""

from typing import Any

import jsonschema_rs
import pytest


@pytest.mark.parametrize("page", ["docs", "openapi.json"])
def test_the_documentation_is_served(client: Any, page: str) -> None:
    """FastAPI's own pages, under /_sim."""
    assert 200 == client.http.get(f"{client.endpoint.control_url}/{page}").status_code


def test_the_docs_page_needs_no_network(client: Any) -> None:
    """Its scripts and styles come from the simulator itself."""
    page = client.http.get(f"{client.endpoint.control_url}/docs").text
    assert "/_sim/static/swagger-ui-bundle.js" in page
    assert "https://" not in page
    assert 200 == client.http.get(f"{client.endpoint.control_url}/static/swagger-ui-bundle.js").status_code


def test_every_operation_says_what_it_does(client: Any) -> None:
    """In a sentence that stands in the list of them, with an id that no other has."""
    paths = client.http.get(f"{client.endpoint.control_url}/openapi.json").json()["paths"]
    operations = [operation for path in paths.values() for operation in path.values()]
    assert [] == [each["operationId"] for each in operations if not each["summary"].endswith(".")]
    assert len(operations) == len({each["operationId"] for each in operations})


def test_a_refusal_is_described_as_it_is(plane: Any) -> None:
    """The schema of 422 is that of the answer, wherever there is one."""
    spec = plane.ask("GET", "/openapi.json").json()
    schemas = {
        operation["responses"]["422"]["content"]["application/json"]["schema"]["$ref"]
        for path in spec["paths"].values()
        for operation in path.values()
    }
    assert {"#/components/schemas/Unable"} == schemas
    assert jsonschema_rs.is_valid(
        {**spec, **spec["components"]["schemas"]["Unable"]}, plane.ask("PUT", "/seed", 1).json()
    )
