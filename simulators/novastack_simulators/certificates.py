"""A certificate authority of one's own, and what it signs for this machine: TLS for tests and for nothing else.

Whoever has the authority's key can pose as any site to those who trust it, so it is for clients under test and never
for a system's store of trusted certificates. Private keys are readable by their owner only, and each file is put in
place whole, so that programs that start at the same time find one authority.
"""

import contextlib
import hashlib
import os
import ssl
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import trustme

LOCAL: Final = ("localhost", "127.0.0.1", "::1")
# support.apple.com/en-us/102028 (2020): a certificate valid for longer than 398 days is not trusted there.
LASTING: Final = timedelta(days=397)
ORGANIZATION: Final = "Novastack, for tests only"


class TlsError(Exception):
    """There is no certificate to serve with; the message says why and what to do."""


class Files(NamedTuple):
    """What a client must trust (`ca`), and what a server shows; a certificate and its key may be one file."""

    ca: Path | None
    certificate: Path
    key: Path


def default_folder(environ: Mapping[str, str]) -> Path:
    """A folder of the user's cache (XDG Base Directory 0.8: a path that is not absolute is ignored)."""
    given = Path(environ.get("XDG_CACHE_HOME", ""))
    return (given if given.is_absolute() else Path.home() / ".cache") / "novastack" / "tls"


def local_ca(folder: Path, hosts: Sequence[str] = (), *, now: datetime | None = None) -> Files:
    """The authority of the folder, made there once, and a new certificate of it for this machine and the hosts.

    Raises TlsError if the extra is not installed, the folder cannot be used, or what is in it is no authority.
    """
    today = now or datetime.now(UTC)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        authority = _authority(folder / "ca-key.pem", today)
        _put(folder / "ca.pem", authority.cert_pem.bytes(), mode=0o644)
        names = tuple(dict.fromkeys((*LOCAL, *hosts)))
        shown = folder / f"{_label(names)}.pem"
        _put(shown, _issued(authority, names, today), mode=0o600)
    except OSError as error:
        raise TlsError(f"the folder {folder} cannot hold certificates: {error.strerror or error}") from error
    return Files(folder / "ca.pem", shown, shown)


def given(certificate: Path, key: Path) -> Files:
    """A certificate and a key of the user's own. Raises TlsError if they cannot be read or do not belong together.

    What it says, and until when, is the user's business: an expired one makes a good test.
    """
    for path in (certificate, key):
        if not path.is_file():
            raise TlsError(f"there is no file {path}")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except (ssl.SSLError, OSError) as error:
        reason = getattr(error, "reason", None) or error
        raise TlsError(
            f"{certificate} and {key} are no certificate and its key (PEM, no password): {reason}"
        ) from error
    return Files(None, certificate, key)


def _library() -> None:
    try:
        import trustme  # noqa: F401, PLC0415 - it comes with an extra
    except ImportError:
        text = "a local certificate needs the extra `tls`: pip install 'novastack[tls]'; or give certificate and key"
        raise TlsError(text) from None


def _authority(path: Path, today: datetime) -> "trustme.CA":
    """The one whose certificate and key are in the file; the first to come makes it."""
    _library()
    import trustme  # noqa: PLC0415 - it comes with an extra

    if not path.exists():
        made = trustme.CA(organization_name=ORGANIZATION, path_length=0)
        with contextlib.suppress(FileExistsError):
            _put(path, made.cert_pem.bytes() + made.private_key_pem.bytes(), mode=0o600, new=True)
    return _loaded(path, today)


def _loaded(path: Path, today: datetime) -> "trustme.CA":
    import trustme  # noqa: PLC0415 - it comes with an extra
    from cryptography import x509  # noqa: PLC0415 - trustme brings it

    held = path.read_bytes()
    try:
        authority = trustme.CA.from_pem(held, held)
        ends = x509.load_pem_x509_certificate(held).not_valid_after_utc
    except (ValueError, TypeError) as error:
        raise TlsError(f"{path} is no authority that novastack made: delete it to have a new one") from error
    if ends <= today:
        raise TlsError(f"the authority in {path} expired on {ends:%Y-%m-%d}: delete it to have a new one")
    return authority


def _issued(authority: "trustme.CA", names: Sequence[str], today: datetime) -> bytes:
    begins, ends = today - timedelta(days=1), today + LASTING
    try:
        leaf = authority.issue_cert(
            *names, common_name=names[0], organization_name=ORGANIZATION, not_before=begins, not_after=ends
        )
    except ValueError as error:
        raise TlsError(f"no certificate can be made for {', '.join(names)}: {error}") from error
    return leaf.private_key_and_cert_chain_pem.bytes()


def _label(names: Sequence[str]) -> str:
    """One file for each set of hosts, so that servers for other hosts do not take it away."""
    if names == LOCAL:
        return "localhost"
    return f"localhost-{hashlib.sha256(' '.join(sorted(names)).encode()).hexdigest()[:12]}"


def _put(path: Path, data: bytes, *, mode: int, new: bool = False) -> None:
    """Puts a file in place whole. Raises FileExistsError if it is to be new and is there already."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(mode)
        if new:
            path.hardlink_to(name)
        else:
            Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
