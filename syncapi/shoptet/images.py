"""Images of a product: uploads by URL are jobs, everything else is done at once (contract 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from rest_framework.response import Response

from asyncops import fetching
from asyncops.submissions import Submission
from catalog.commands import Json, Policy
from catalog.models import Product
from catalog.outcomes import Outcome
from syncapi import policies, preferences
from syncapi.exchange import ApiRequest
from syncapi.shoptet import languages, names, parameters, pictures, schema, wording
from syncapi.shoptet.accepting import accepted, may_accept
from syncapi.shoptet.envelope import answer
from syncapi.shoptet.names import DIALECT, GALLERIES
from syncapi.shoptet.parsing import uploads
from syncapi.shoptet.parsing.uploads import INDEX, POSITION, RECORD, USED
from syncapi.shoptet.pictures import Picture
from syncapi.shoptet.queries import query_of
from syncapi.shoptet.refusals import Fault, Refusal, missing
from syncapi.shoptet.routes import Call
from syncapi.shoptet.schema import Schema

PLACE: Final = "data.images"


def post(request: ApiRequest, call: Call) -> Response:
    images = _images(request, uploads.POST)
    product, gallery = pictures.product(call.path["guid"]), _gallery(call)
    last = max((picture.position for picture in pictures.of(product, gallery)), default=0)
    items = [
        {**image, INDEX: index, POSITION: min(last + 1 + index, uploads.LAST_PRIORITY)}
        for index, image in enumerate(images)
    ]
    return _accept(request, call, names.IMAGES, items)


def patch_sources(request: ApiRequest, call: Call) -> Response:
    images = _images(request, uploads.PATCH_SOURCES)
    there = pictures.of(pictures.product(call.path["guid"]), _gallery(call))
    return _accept(request, call, names.IMAGE_SOURCES, _meaning(images, there))


def listing(request: ApiRequest, call: Call) -> Response:
    shown = pictures.of(pictures.product(call.path["guid"]), _gallery(call))
    return answer({"images": [picture.body for picture in shown]})


def patch(request: ApiRequest, call: Call) -> Response:
    """The images that were changed; those that are not there are told as errors, and do not stop the others."""
    images = checked(request.data, uploads.PATCH)["data"]["images"]
    product, gallery = pictures.product(call.path["guid"]), _gallery(call)
    items = _meaning(images, pictures.of(product, gallery))
    faults = _run(request, call, names.CHANGE_IMAGES, items)
    _all_or_nothing(request, 422, faults)
    changed = {item["name"] for item in items}
    shown = [picture.body for picture in pictures.of(product, gallery) if picture.name in changed]
    return answer({"images": shown}, errors=faults)


def delete(request: ApiRequest, call: Call) -> Response:
    """Every image of the gallery, except those that variants show."""
    product, gallery = pictures.product(call.path["guid"]), _gallery(call)
    faults = _run(request, call, names.DROP_IMAGES, _to_drop(request, product, pictures.of(product, gallery)))
    _all_or_nothing(request, 409, faults)
    return answer(None, errors=faults)


def delete_one(request: ApiRequest, call: Call) -> Response:
    product, name = pictures.product(call.path["guid"]), call.path["name"]
    found = [picture for picture in pictures.of(product, _gallery(call)) if picture.name == name]
    if not found:
        raise missing("Image", name)
    items = _to_drop(request, product, found)
    if any(item[USED] for item in items):
        raise Refusal(409, wording.fault(wording.in_use(name), at=name))
    return answer(None, errors=_run(request, call, names.DROP_IMAGES, items))


def checked(body: Json, wanted: Schema) -> Json:
    """The body, if it has the form that its route demands. Raises Refusal 422 with every fault."""
    if faults := schema.check(body, wanted):
        raise Refusal(422, *faults[:100])
    return body


def check_urls(images: Sequence[Mapping[str, Json]], *, place: str) -> None:
    """Whether the URLs may be asked for, as far as they say so themselves. Raises Refusal 422 with every fault."""
    faults = []
    for index, image in enumerate(images):
        try:
            fetching.check_url(uploads.url_of(image))
        except fetching.UrlForbidden as forbidden:
            name = "downloadUrl" if "downloadUrl" in image else "sourceUrl"
            at = f"{place}[{index}].{name}"
            faults.append(Fault(code="file-url-forbidden", message=forbidden.message, instance=at))
    if faults:
        raise Refusal(422, *faults)


def _images(request: ApiRequest, wanted: Schema) -> list[dict[str, Json]]:
    images: list[dict[str, Json]] = checked(request.data, wanted)["data"]["images"]
    check_urls(images, place=PLACE)
    return images


def _meaning(images: Sequence[Mapping[str, Json]], there: Sequence[Picture]) -> list[dict[str, Json]]:
    """The items, each with the record that its name means. What means none is refused like any other bad item."""
    known = {picture.name: str(picture.id) for picture in there}
    return [{**image, INDEX: index, RECORD: known.get(image["name"])} for index, image in enumerate(images)]


def _gallery(call: Call) -> str:
    gallery = call.path.get("gallery", "shop")
    if gallery not in GALLERIES:
        raise missing("Gallery", gallery)
    return gallery


def _accept(request: ApiRequest, call: Call, kind: str, items: list[dict[str, Json]]) -> Response:
    may_accept(request)
    return accepted(preferences.accept(request, _submission(request, call, kind, items)))


def _run(request: ApiRequest, call: Call, kind: str, items: list[dict[str, Json]]) -> list[Fault]:
    """Do it now; what was refused."""
    if not items:
        return []
    _, outcomes = preferences.run_now(request, _submission(request, call, kind, items))
    return [fault for item, outcome in zip(items, outcomes, strict=True) for fault in _faults(kind, item, outcome)]


def _all_or_nothing(request: ApiRequest, status: int, faults: Sequence[Fault]) -> None:
    """Under policy `all` one fault is the whole request's. Raises Refusal."""
    if faults and policies.of(request.META) is Policy.ALL:
        raise Refusal(status, *faults)


def _faults(kind: str, item: Mapping[str, Json], outcome: Outcome) -> list[Fault]:
    name = item["name"]
    at = name if kind == names.DROP_IMAGES else f"{PLACE}[{item[INDEX]}]"  # who deletes sends no body
    return [wording.fault(error, at=at, entity="image", name=name) for error in wording.telling(outcome.errors)]


def _submission(request: ApiRequest, call: Call, kind: str, items: list[dict[str, Json]]) -> Submission:
    product = str(UUID(call.path["guid"]))  # in one form, since names of images are made of it
    context = {"product": product, "gallery": _gallery(call), **languages.context(query_of(request))}
    return Submission(
        dialect=DIALECT,
        kind=kind,
        entity="product_media",
        items=items,
        context=context,
        policy=policies.of(request.META),
        lenient=kind == names.DROP_IMAGES,
    )


def _to_drop(request: ApiRequest, product: Product, found: Sequence[Picture]) -> list[dict[str, Json]]:
    """The items; images that variants show are marked, unless these are to lose them."""
    spared = not parameters.flag(query_of(request), "removeReference", default=False)
    used = pictures.shown_by_variants([product.pk]) if spared else set()
    return [
        {"name": each.name, INDEX: index, RECORD: str(each.id), USED: each.id in used}
        for index, each in enumerate(found)
    ]
