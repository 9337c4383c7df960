"""Headers of a plan, changed. Names are in lower case."""

from novastack_simulators.plan import Headers


def without(headers: Headers, *names: bytes) -> Headers:
    return tuple(header for header in headers if header[0] not in names)


def put(headers: Headers, name: bytes, value: bytes) -> Headers:
    """The headers with one set: in the place that it had, else last."""
    if any(header[0] == name for header in headers):
        return tuple((name, value) if header[0] == name else header for header in headers)
    return (*headers, (name, value))
