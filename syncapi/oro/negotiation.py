"""Media types as JSON:API wants them: one, bare, except for the extension of a path (contract 2). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from syncapi.oro.names import ATOMIC, MEDIA_TYPE
from syncapi.oro.refusals import NotAcceptable, UnsupportedMediaType

_BARE: Final = 'The "Content-Type" request header should contain JSON:API media type without any parameters.'
_NO_INSTANCE: Final = (
    'The "Accept" request header should contains at least one instance of JSON:API media type without any parameters.'
)
_EXCLUDED: Final = 'The "Accept" request header does not accept JSON:API content type.'
_ANYTHING: Final = frozenset({"*/*", "application/*"})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Media:
    type: str
    parameters: tuple[tuple[str, str], ...]  # without q and profile, which mean nothing here
    refused: bool  # q=0

    @property
    def extension(self) -> str | None:
        """The one extension that it names, "" when it is bare, None for anything else."""
        match self.parameters:
            case ():
                return ""
            case (("ext", uri),):
                return uri
        return None


def check_body(content_type: str, *, extension: str = "") -> None:
    """Raises UnsupportedMediaType."""
    media = _parse(content_type)
    if media.type != MEDIA_TYPE:
        raise UnsupportedMediaType(f'The "Content-Type" request header should be "{MEDIA_TYPE}".')
    if media.extension != extension:
        raise UnsupportedMediaType(_BARE if not extension else f'The media type needs the parameter ext="{extension}".')


def check_accept(accept: str, *, extension: str = "") -> None:
    """Raises NotAcceptable. No header, and any wildcard, accept JSON:API, unless it is named and never bare."""
    if not accept.strip():
        return
    offered = [media for media in map(_parse, _split(accept, ",")) if not media.refused]
    ours = [media for media in offered if media.type == MEDIA_TYPE]
    if any(media.extension in {extension, ""} for media in ours):
        return
    if not ours and any(media.type in _ANYTHING for media in offered):
        return
    raise NotAcceptable(_NO_INSTANCE if ours else _EXCLUDED)


def content_type(extension: str = "") -> str:
    return f'{MEDIA_TYPE};ext="{ATOMIC}"' if extension else MEDIA_TYPE


def _parse(text: str) -> _Media:
    type, *rest = _split(text, ";")
    pairs = [part.partition("=") for part in rest if part.strip()]
    named = [(name.strip().lower(), value.strip().strip('"')) for name, _, value in pairs]
    refused = any(name == "q" and _is_zero(value) for name, value in named)
    kept = tuple((name, value) for name, value in named if name not in {"q", "profile"})
    return _Media(type=type.strip().lower(), parameters=kept, refused=refused)


def _is_zero(value: str) -> bool:
    return value.startswith("0") and value.strip("0.") == ""


def _split(text: str, separator: str) -> Iterator[str]:
    """At the separators that stand outside of quotes."""
    quoted, part = False, ""
    for character in text:
        if character == '"':
            quoted = not quoted
        if character == separator and not quoted:
            yield part
            part = ""
        else:
            part += character
    yield part
