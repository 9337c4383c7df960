"""How images and documents are counted: by their size where it can be read, else by the profile's flat figure.

platform.claude.com/docs/en/build-with-claude/vision: width x height / 750 tokens, scaled down first; pdf-support: so
many tokens for each page.
"""

import base64
import math
import re
import struct
from typing import Final

from novastack_simulators.dialects.anthropic import body as wire
from novastack_simulators.profile import Profile
from novastack_simulators.refusal import Refusal

PIXELS: Final = 750
LONGEST_EDGE: Final = 2576  # Opus 4.7 reads images up to this edge (claudecodecamp.com, measured by count_tokens)
LARGEST: Final = 3_750_000  # and up to so many pixels (Anthropic's announcement: about 3.75 megapixels)
PAGE: Final = re.compile(rb"/Type\s*/Page(?![A-Za-z])")


def decoded(data: str, param: str) -> bytes:
    """The bytes of a base64 source. Raises Refusal."""
    try:
        return base64.b64decode(data, validate=True)
    except ValueError:
        raise Refusal("invalid", param=f"{param}.source.base64.data", message="Invalid base64 data") from None


def image_tokens(source: wire.ImageSource, profile: Profile) -> int:
    """The tokens of one image."""
    size = _size(base64.b64decode(source.data)) if isinstance(source, wire.Base64Image) else None
    if size is None:
        return int(profile.per_image.value)
    width, height = size
    scale = min(1.0, LONGEST_EDGE / max(width, height), math.sqrt(LARGEST / (width * height)))
    return max(1, math.ceil(round(width * scale * height * scale / PIXELS, 6)))


def page_tokens(source: wire.DocumentSource, profile: Profile) -> int:
    """The tokens of a document that is not text; one that cannot be read here counts as a page."""
    pages = len(PAGE.findall(base64.b64decode(source.data))) if isinstance(source, wire.Base64Pdf) else 1
    per_page = profile.per_page or profile.per_image
    return max(1, pages) * int(per_page.value)


def _size(data: bytes) -> tuple[int, int] | None:
    """Width and height as the formats' headers have them: PNG (ISO 15948, 11.2.2), GIF89a (18), JPEG (T.81, B.2.2)."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
    elif data.startswith((b"GIF87a", b"GIF89a")) and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
    elif data.startswith(b"\xff\xd8"):
        width, height = _jpeg(data)
    else:
        return None
    return (width, height) if width and height else None


def _jpeg(data: bytes) -> tuple[int, int]:
    """The size in the first start-of-frame segment; zeros if there is none."""
    place = 2
    while place + 9 <= len(data) and data[place] == 0xFF:
        marker, length = struct.unpack(">BH", data[place + 1 : place + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return width, height
        place += 2 + length
    return 0, 0
