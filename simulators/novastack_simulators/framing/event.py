"""How an event becomes the bytes of a server-sent event (WHATWG HTML, 9.2.5: lines, then a blank line)."""


def data(payload: bytes) -> bytes:
    return b"data: %b\n\n" % payload


def named(name: str, payload: bytes) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), payload)
