"""A head in bytes, and what it tells of itself."""

from novastack_simulators.edge.head import head, layout, status_line


def test_a_head_has_its_lines() -> None:
    """The status first, then every header as it is given, a percent sign too."""
    lines, found = head(200, ((b"content-length", b"5"), (b"x-100%", b"a%b"), (b"a", b"1"), (b"a", b"2")))
    assert b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nx-100%: a%b\r\na: 1\r\na: 2" == lines
    assert (True, {b"content-length", b"x-100%", b"a"}) == (found.told, found.names)


def test_a_head_may_have_a_status_only() -> None:
    """Then it does not tell where the body ends."""
    lines, found = head(204, ())
    assert (b"HTTP/1.1 204 No Content", False) == (lines, found.told)


def test_the_same_names_are_laid_out_once() -> None:
    """Whatever their values are."""
    assert head(200, ((b"a", b"1"),))[1] is head(200, ((b"a", b"2"),))[1]
    assert layout(200, (b"transfer-encoding",)).told


def test_a_status_that_nobody_knows_has_a_phrase() -> None:
    """RFC 9112, 4: a reason phrase may say anything."""
    assert b"HTTP/1.1 299 Unknown" == status_line(299)
