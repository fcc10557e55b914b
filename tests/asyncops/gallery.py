"""A dialect whose items name a product, and perhaps an image by URL."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

from PIL import Image as Pillow

from asyncops import intake
from asyncops.dialects import Cause, Wanted
from asyncops.models import Operation
from asyncops.submissions import Caller, Submission
from catalog.commands import Command, Json, Policy, Reference, Upsert
from catalog.images import KeptImage
from catalog.outcomes import ErrorCode, FieldError
from tests.asyncops.plain import Plain


class Gallery(Plain):
    name = "gallery"

    def parse(self, kind: str, item: Json, context: Mapping[str, Json]) -> Command:
        if "url" not in item:
            return super().parse(kind, item, context)
        return self._upsert(item, {})

    def wanted(self, kind: str, item: Json, context: Mapping[str, Json]) -> Wanted | None:
        return Wanted(url=item["url"], max_bytes=item.get("max"), path="/url") if "url" in item else None

    def placed(self, kind: str, item: Json, context: Mapping[str, Json], image: KeptImage) -> Command:
        return self._upsert(item, {"media": image.media(file_name=item["label"])})

    def unfetched(self, kind: str, wanted: Wanted, cause: Cause) -> FieldError:
        return FieldError(path=wanted.path, code=ErrorCode.DIALECT, params={"message": cause.value})

    def _upsert(self, item: Json, media: Mapping[str, Json]) -> Upsert:
        values = {"product": Reference("sku", item["sku"]), "label": item["label"], **media}
        return Upsert(entity="product_media", key=None, values=values)


def send(by: Caller, *items: Json, policy: Policy = Policy.EACH) -> Operation:
    submission = Submission(dialect="gallery", kind="images", entity="product_media", items=items, policy=policy)
    return intake.accept(submission, by=by)


def picture(color: int = 0, *, kind: str = "PNG", size: tuple[int, int] = (8, 8)) -> bytes:
    file = BytesIO()
    Pillow.new("RGB", size, color).save(file, kind)
    return file.getvalue()
