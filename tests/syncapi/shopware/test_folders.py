"""Folders of media: those that there are from the beginning, trees of them, and what becomes of their media."""

from __future__ import annotations

import pytest

from catalog.models import Media, MediaFolder, MediaFolderConfiguration
from tests.syncapi.shopware.conftest import Shopware, new_id, pointers

pytestmark = pytest.mark.django_db
FLAT = {"accept": "application/json"}


def test_clients_find_the_usual_folders_by_name_and_make_their_own_below(shopware: Shopware):
    body = {
        "filter": {"name": "Product Media", "parentId": None},
        "includes": {"media_folder": ["id", "configurationId"]},
        "associations": {"configuration": {}},
    }
    [folder] = shopware.call("POST", "/search/media-folder", body, **FLAT).json["data"]
    below = {"name": "mine", "parentId": folder["id"], "configurationId": folder["configurationId"]}
    assert shopware.call("POST", "/media-folder", below).status == 204
    made = MediaFolder.objects.get(name="mine")
    assert (made.parent.pk.hex, made.use_parent_configuration) == (folder["id"], True)
    listed = shopware.call("GET", f"/media-folder/{folder['id']}/children", **FLAT).json["data"]
    assert [row["name"] for row in listed] == ["mine"]


def test_a_folder_takes_folders_along_and_leaves_media(shopware: Shopware):
    top, media = new_id(), new_id()
    inner = {"name": "inner", "configuration": {"thumbnailQuality": 70}}
    record = {"id": top, "name": "top", "configuration": {"createThumbnails": False}, "children": [inner]}
    assert shopware.upsert("media_folder", record).status == 200
    assert sorted(MediaFolderConfiguration.objects.values_list("thumbnail_quality", flat=True)) == [70, 80, 80]
    shopware.upsert("media", {"id": media, "mediaFolderId": top})
    found = shopware.call("POST", "/search/media", {"filter": {"mediaFolder.name": "top"}}, **FLAT).json["data"]
    assert [row["mediaFolderId"] for row in found] == [top]
    assert len(shopware.delete("media_folder", {"id": top}).json["deleted"]["media_folder"]) == 2
    assert Media.objects.get().media_folder is None


def test_what_a_folder_needs(shopware: Shopware):
    answer = shopware.upsert("media_folder", {})
    assert sorted(pointers(answer)) == ["/write/0/configurationId", "/write/0/name"]
    own = MediaFolder.objects.get(name="Category Media").pk.hex
    assert pointers(shopware.upsert("media_folder", {"id": own, "parentId": own})) == ["/write/0/parentId"]
    kept = MediaFolderConfiguration.objects.get().pk.hex
    assert shopware.delete("media_folder_configuration", {"id": kept}).status == 409
