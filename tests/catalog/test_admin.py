"""The catalog in the admin: what is shown and found; accounts give away no rights, tokens show no secret."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import indexing
from catalog.models import AccessToken, Organization, Product, ProductStoreValue, Store, User
from tests.asyncops.admin.scenes import at_the_admin, staff

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def harbour():
    return Organization.objects.create(name="Harbour Goods")


@pytest.fixture
def root(harbour):
    return User.objects.create_superuser("root", organization=harbour)


@pytest.fixture
def keeper(harbour):
    """Keeps the accounts of one organization."""
    rights = [f"catalog.{action}_{model}" for action in ("view", "add", "change") for model in ("user", "accesstoken")]
    return staff(harbour, "keeper", *rights)


def names(client, address):
    return [str(row) for row in client.get(address).context["cl"].result_list]


def test_the_site_has_a_name(root):
    shown = at_the_admin(root).get("/admin/").content.decode()
    assert "<title>Catalog and operations | Bulkhead</title>" in shown
    assert "View site" not in shown


def test_who_is_not_logged_in_sees_the_login(client):
    assert "Log in" in client.get("/admin/", follow=True).content.decode()


def test_a_product_is_shown_with_its_stores_and_its_operations(root):
    product = Product.objects.create(sku=SCRIPT, sku_key="x", name=SCRIPT)
    ProductStoreValue.objects.create(product=product, store=Store.objects.get(code="fr"), values={"name": SCRIPT})
    shown = at_the_admin(root).get(f"/admin/catalog/product/{product.pk}/change/").content.decode()
    assert f"/admin/asyncops/operation/?q={product.pk}" in shown
    assert "&lt;script&gt;" in shown
    assert SCRIPT not in shown


def test_products_are_found_by_the_beginning_of_a_sku_or_else_by_words(root):
    for sku, name in (("Bag-1", "Joust"), ("Bag-2", "Duffle"), ("Other", "A bag")):
        Product.objects.create(sku=sku, sku_key=sku.casefold(), name=name)
    assert list(indexing.rebuild("product")) == [3]
    client = at_the_admin(root)
    assert names(client, "/admin/catalog/product/?q=BAG") == ["Bag-1", "Bag-2"]
    assert names(client, "/admin/catalog/product/?q=duff") == ["Bag-2"]
    assert names(client, "/admin/catalog/product/?q=%20other") == ["Other"]


def test_the_list_of_products_costs_the_same_for_one_and_fifty(root):
    client, costs = at_the_admin(root), []
    for first, last in ((0, 1), (1, 50)):
        Product.objects.bulk_create(Product(sku=str(n), sku_key=str(n)) for n in range(first, last))
        with CaptureQueriesContext(connection) as captured:
            assert len(names(client, "/admin/catalog/product/")) == last
        costs.append(len(captured))
    assert costs[0] == costs[1]


def test_staff_see_the_accounts_of_their_organization(keeper, root):
    pier = Organization.objects.create(name="Pier Nine")
    stranger = User.objects.create_user("stranger", organization=pier)
    AccessToken.issue(stranger, name="theirs")
    AccessToken.issue(keeper, name="ours")
    client = at_the_admin(keeper)
    assert names(client, "/admin/catalog/user/") == ["keeper", "root"]
    assert names(client, "/admin/catalog/accesstoken/") == ["ours"]
    assert names(at_the_admin(root), "/admin/catalog/accesstoken/") == ["ours", "theirs"]
    assert client.get(f"/admin/catalog/user/{stranger.pk}/password/").status_code in {302, 404}


def test_a_new_user_belongs_to_the_organization_of_who_made_it(keeper, harbour):
    pier = Organization.objects.create(name="Pier Nine")
    form = {"username": "new", "password1": "correct horse battery", "password2": "correct horse battery"}
    form |= {"usable_password": "true", "organization": str(pier.pk), "is_superuser": "on", "is_staff": "on"}
    assert at_the_admin(keeper).post("/admin/catalog/user/add/", form).status_code == 302
    made = User.objects.get(username="new")
    assert (made.organization, made.is_superuser, made.is_staff) == (harbour, False, False)


def test_nobody_gives_away_rights_that_only_superusers_give(keeper):
    form = {
        "username": "keeper",
        "is_active": "on",
        "is_superuser": "on",
        "organization": "",
        "user_permissions": ["1"],
    }
    before = set(keeper.user_permissions.all())
    at_the_admin(keeper).post(f"/admin/catalog/user/{keeper.pk}/change/", form)
    after = User.objects.get(pk=keeper.pk)
    assert not after.is_superuser
    assert set(after.user_permissions.all()) == before


def test_groups_are_kept_by_superusers_only(harbour, root):
    group = Group.objects.create(name="importers")
    keeper = staff(harbour, "groups", "auth.add_group", "auth.change_group", "auth.view_group")
    address = f"/admin/auth/group/{group.pk}/change/"
    assert at_the_admin(keeper).post(address, {"name": "importers", "permissions": ["1"]}).status_code == 403
    assert not group.permissions.exists()
    assert at_the_admin(root).get(address).status_code == 200


@pytest.mark.parametrize("below", ["change/", "password/"])
def test_a_superuser_is_changed_by_superusers_only(keeper, root, below):
    form = {"username": "root", "password1": "correct horse battery", "password2": "correct horse battery"}
    answer = at_the_admin(keeper).post(f"/admin/catalog/user/{root.pk}/{below}", form | {"usable_password": "true"})
    assert answer.status_code == 403
    assert User.objects.get(pk=root.pk).password == root.password


def test_a_superuser_keeps_organizations_and_users(root, harbour):
    client = at_the_admin(root)
    assert client.post("/admin/catalog/organization/add/", {"name": "Quay"}).status_code == 302
    form = {"username": "new", "password1": "correct horse battery", "password2": "correct horse battery"}
    form |= {"usable_password": "true", "organization": str(Organization.objects.get(name="Quay").pk)}
    assert client.post("/admin/catalog/user/add/", form).status_code == 302
    made = User.objects.get(username="new")
    assert made.organization.name == "Quay"
    assert client.get(f"/admin/catalog/user/{made.pk}/change/").status_code == 200
    assert client.post(f"/admin/catalog/user/{made.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"/admin/catalog/organization/{harbour.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_token_is_shown_without_its_secret(root):
    secret = AccessToken.issue(root, name=SCRIPT)
    token = AccessToken.objects.get()
    client, address = at_the_admin(root), "/admin/catalog/accesstoken/"
    for page in (address, f"{address}{token.pk}/change/"):
        shown = client.get(page).content.decode()
        assert secret not in shown
        assert token.digest not in shown
        assert SCRIPT not in shown
    assert client.get(f"{address}?digest__startswith={token.digest[0]}").status_code == 400


def test_tokens_are_revoked_after_a_question(keeper):
    for name in ("a", "b", "c"):
        AccessToken.issue(keeper, name=name)
    first, second, third = AccessToken.objects.order_by("pk")
    client, address = at_the_admin(keeper), "/admin/catalog/accesstoken/"
    form = {"action": "revoke_selected", "_selected_action": [first.pk, second.pk]}
    assert "stop working at once" in client.post(address, form).content.decode()
    assert not AccessToken.objects.exclude(revoked_at=None).exists()
    answer = client.post(address, form | {"confirmed": "yes"}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["2 revoked, 0 already revoked."]
    assert list(AccessToken.objects.filter(revoked_at=None)) == [third]


def test_without_the_permission_no_token_is_revoked(harbour, keeper):
    AccessToken.issue(keeper)
    onlooker = at_the_admin(staff(harbour, "onlooker", "catalog.view_accesstoken"))
    form = {"action": "revoke_selected", "_selected_action": [AccessToken.objects.get().pk], "confirmed": "yes"}
    onlooker.post("/admin/catalog/accesstoken/", form)
    assert "revoke_selected" not in onlooker.get("/admin/catalog/accesstoken/").content.decode()
    assert AccessToken.objects.get().revoked_at is None
