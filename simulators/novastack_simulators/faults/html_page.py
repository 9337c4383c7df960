"""`html_page`: not the provider answers but what stands before it, a proxy or a CDN, with a page for people."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final, Literal

from pydantic import Field

from novastack_simulators.faults.at import WholeAt
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.fault import Fault
from novastack_simulators.plan import Plan, instant


def _nginx(title: str) -> str:
    """As nginx writes its special responses (ngx_http_special_response.c, 1.28)."""
    head = f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
    return f"{head}<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"


def _cdn(title: str) -> str:
    """As long and as talkative as a CDN's: the address of a host and an id of the request stand in it."""
    style = "<style>body{font:16px sans-serif;margin:4em}code{color:#666}</style>"
    told = "<p>The edge reached the network, but the host behind it did not answer as expected.</p>"
    facts = "<p>Host: <code>10.20.30.40</code></p><p>Request: <code>8f2c1d9e4b7a6053</code></p>"
    return f"<!DOCTYPE html>\n<html lang=en><title>{title}</title>{style}\n<h1>{title}</h1>{told}{facts}</html>\n"


PAGES: Final[Mapping[str, tuple[bytes, Callable[[str], str]]]] = MappingProxyType(
    {"nginx": (b"nginx", _nginx), "cdn": (b"cloudflare", _cdn)}
)


class HtmlPage(Fault):
    """`status` is the HTTP status, also a good one; `page` says who speaks."""

    do: Literal["html_page"]
    at: WholeAt = "before_headers"
    status: int = Field(default=502, ge=200, le=599, strict=True)
    page: Literal["nginx", "cdn"] = "nginx"


def strike(fault: HtmlPage, _plan: Plan, _context: Context) -> Plan:
    """The page at once, with none of the provider's headers."""
    server, write = PAGES[fault.page]
    body = write(_title(fault.status)).encode()
    told = ((b"content-type", b"text/html"), (b"content-length", b"%d" % len(body)), (b"server", server))
    return instant(fault.status, told, body)


def _title(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Unknown Error"
