"""What a file says of itself: whether it is an image, of which kind, how large. Pure: no name or type is believed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from hashlib import sha256
from io import BytesIO
from typing import Final

from PIL import Image as Pillow

from catalog.commands import File, Json, Reference, Upsert

KINDS: Final = {  # Pillow's name -> (MIME type, extension)
    "JPEG": ("image/jpeg", "jpg"),
    "PNG": ("image/png", "png"),
    "GIF": ("image/gif", "gif"),
    "WEBP": ("image/webp", "webp"),
}


class NotAnImage(Exception):
    """The content is no image of a kind that is kept here."""


class TooManyPixels(NotAnImage):
    """The image would unpack to more pixels than this server takes."""


class CutShort(NotAnImage):
    """The image ends before it should."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptImage:
    """What is known of an image whose content is kept."""

    content_hash: str  # SHA-256, hexadecimal
    mime_type: str
    extension: str
    width: int
    height: int
    size: int  # bytes

    @property
    def path(self) -> str:
        """Where its content is kept: the same content at the same place, whatever it is called."""
        digest = self.content_hash
        return f"{digest[:2]}/{digest[2:4]}/{digest}.{self.extension}"

    @property
    def facts(self) -> dict[str, Json]:
        """The fields of a record that shows it, as JSON."""
        return {
            "mime_type": self.mime_type,
            "file_extension": self.extension,
            "file_size": self.size,
            "path": self.path,
            "meta_data": {"width": self.width, "height": self.height},
        }

    def media(self, *, file_name: str) -> Upsert:
        """The record of this content: the one that is there already, or a new one."""
        values = {**self.facts, "file_name": file_name}
        return Upsert(entity="media", key=Reference("content_hash", self.content_hash), values={}, defaults=values)


@dataclass(frozen=True, kw_only=True, slots=True)
class Image(KeptImage):
    content: bytes

    @property
    def file(self) -> File:
        return File(path=self.path, content=self.content)

    @property
    def kept(self) -> KeptImage:
        """What is known of it, without the content."""
        return KeptImage(**{fact.name: getattr(self, fact.name) for fact in fields(KeptImage)})


def inspect(content: bytes) -> Image:
    """Reads the header, unpacks nothing. Raises NotAnImage; TooManyPixels above Pillow's limit, a setting."""
    try:
        with Pillow.open(BytesIO(content), formats=list(KINDS)) as image:
            width, height, kind = image.width, image.height, str(image.format)
            image.verify()
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning):
        raise TooManyPixels from None
    except Exception as reason:  # a broken file makes Pillow raise nearly anything
        raise NotAnImage from reason
    if width * height > (Pillow.MAX_IMAGE_PIXELS or 0):
        raise TooManyPixels
    mime_type, extension = KINDS[kind]
    return Image(
        content_hash=sha256(content).hexdigest(),
        mime_type=mime_type,
        extension=extension,
        width=width,
        height=height,
        size=len(content),
        content=content,
    )


def unpack(image: Image) -> None:
    """Whether the whole of it is there: only unpacking shows that. Raises CutShort or TooManyPixels."""
    try:
        with Pillow.open(BytesIO(image.content), formats=list(KINDS)) as opened:
            if image.width * image.height * getattr(opened, "n_frames", 1) > (Pillow.MAX_IMAGE_PIXELS or 0):
                raise TooManyPixels
            opened.load()
    except TooManyPixels:
        raise
    except Exception as reason:  # a broken file makes Pillow raise nearly anything
        raise CutShort from reason
