"""Records are edited at the admin through the catalog's own writing: its rules hold there too."""

from __future__ import annotations

from collections import defaultdict
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import writing
from catalog.admin.editing import EditingAdmin
from catalog.admin.entities import ELSEWHERE
from catalog.commands import Indexing, Reference, Upsert
from catalog.entities import ENTITIES
from catalog.models import Account, Category, Contact, Organization, Product, Store, Tag, Tax, User, Website
from tests.asyncops.admin.scenes import at_the_admin, staff
from tests.catalog.records import example

pytestmark = pytest.mark.django_db
HERE = [name for name in ENTITIES if name not in ELSEWHERE]
"""Entities with pages made of their declaration; the others have pages of their own."""


@pytest.fixture
def harbour():
    return Organization.objects.create(name="Harbour Goods")


@pytest.fixture
def root(harbour):
    return User.objects.create_superuser("root", organization=harbour)


@pytest.fixture
def client(root):
    return at_the_admin(root)


def list_of(entity):
    return f"/admin/catalog/{ENTITIES[entity].model.split('.')[1].lower()}/"


def page(entity, record):
    return f"{list_of(entity)}{record.pk}/change/"


def fields(answer):
    """What a browser would send back of the form on a page."""
    form = answer.context["adminform"].form
    sent: dict[str, Any] = {}
    for bound in form:
        widget, value = bound.field.widget, bound.value()
        if hasattr(widget, "decompress"):
            pieces = zip(widget.widgets_names, widget.decompress(value), strict=True)
            sent |= {bound.html_name + name: str(piece) for name, piece in pieces if piece is not None}
        elif value is not None and value is not False:
            sent[bound.html_name] = value
        hidden = _Inputs()
        hidden.feed(bound.as_hidden(only_initial=True))
        sent |= hidden.values
    return sent


class _Inputs(HTMLParser):
    """The input elements of a piece of HTML: their values by name, as lists."""

    def __init__(self):
        super().__init__()
        self.values = defaultdict(list)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.values[given["name"]].append(given.get("value", ""))


def save(client, address, **changed):
    """Open a page, change some fields, press Save."""
    sent = fields(client.get(address)) | changed
    return client.post(address, {name: value for name, value in sent.items() if value is not None})


def errors(answer):
    return {
        name or "": [str(error) for error in told] for name, told in answer.context["adminform"].form.errors.items()
    }


def product(sku="A", **values):
    writing.apply([Upsert(entity="product", key=Reference("sku", sku), values=values)], indexing=Indexing.NOW)
    return Product.objects.get(sku=sku)


def test_every_entity_has_pages():
    registered = {model._meta.label for model in site._registry}
    assert {spec.model for spec in ENTITIES.values()} <= registered
    for name in HERE:
        pages = site._registry[apps.get_model(ENTITIES[name].model)]
        assert isinstance(pages, EditingAdmin), name


@pytest.mark.parametrize("entity", HERE)
def test_the_pages_of_every_entity_open(client, entity):
    record = example(entity)
    for address in (list_of(entity), f"{list_of(entity)}?q=a", f"{list_of(entity)}add/", page(entity, record)):
        assert client.get(address).status_code == 200, address
    deleting = page(entity, record).replace("change", "delete")
    assert client.get(deleting).status_code == 200


@pytest.mark.parametrize("entity", HERE)
def test_every_field_that_can_be_written_is_on_the_page(client, entity):
    record = example(entity)
    form = client.get(page(entity, record)).context["adminform"].form
    spec = ENTITIES[entity]
    assert set(form.fields) == {*spec.by_name, *spec.links_by_name}


@pytest.mark.parametrize("entity", HERE)
def test_saving_without_a_change_changes_nothing(client, entity):
    record = example(entity)
    before = type(record)._default_manager.values().get(pk=record.pk)
    answer = save(client, page(entity, record))
    assert answer.status_code == 302, errors(answer)
    assert type(record)._default_manager.values().get(pk=record.pk) == before


@pytest.mark.parametrize("entity", HERE)
def test_without_the_permissions_nothing_is_edited(harbour, entity):
    record = example(entity)
    if hasattr(record, "organization_id"):
        type(record)._default_manager.update(organization=harbour)
    model = type(record)._meta.model_name
    client = at_the_admin(staff(harbour, "onlooker", f"catalog.view_{model}"))
    assert client.get(page(entity, record)).status_code == 200
    assert client.post(page(entity, record), {}).status_code == 403
    assert client.get(f"{list_of(entity)}add/").status_code == 403
    assert client.post(page(entity, record).replace("change", "delete"), {"post": "yes"}).status_code == 403
    assert type(record)._default_manager.filter(pk=record.pk).exists()


def test_only_what_was_changed_is_written(client, monkeypatch):
    made, seen = product(name="Bag", stock=5), []
    real = writing.apply

    def apply(commands, **options):
        seen.extend(commands)
        return real(commands, **options)

    monkeypatch.setattr(writing, "apply", apply)
    assert save(client, page("product", made), name="Sack").status_code == 302
    assert [command.values for command in seen] == [{"name": "Sack"}]
    made.refresh_from_db()
    assert (made.name, made.stock) == ("Sack", 5)


def test_what_somebody_else_changed_meanwhile_stays(client):
    made = product(name="Bag", stock=5, custom_fields={"a": 1, "b": 1})
    sent = fields(client.get(page("product", made)))
    product(stock=3, custom_fields={"b": 2})
    client.post(page("product", made), sent | {"name": "Sack", "custom_fields": '{"a": 2, "b": 1}'})
    made.refresh_from_db()
    assert (made.name, made.stock, made.custom_fields) == ("Sack", 3, {"a": 2, "b": 2})


def test_a_new_record_gets_the_defaults_and_the_history_says_who_made_it(client, root):
    answer = save(client, f"{list_of('product')}add/", sku=" New-1 ", name="Bag")
    assert answer.status_code == 302, errors(answer)
    made = Product.objects.get()
    assert (made.sku, made.sku_key, made.type, made.active) == ("New-1", "new-1", "simple", True)
    assert made.websites.count() == Website.objects.count()
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id, entry.is_addition()) == (root, str(made.pk), True)


def test_rules_and_derived_data_hold(client):
    tax = Tax.objects.create(name="Standard", rate=25)
    made = product(tax=Reference("id", tax.pk), price_gross=10)
    save(client, page("product", made), price_gross="20")
    save(client, page("product", made), categories=[Category.objects.get(number=2).pk])
    made.refresh_from_db()
    assert (made.price_gross, made.price_net) == (20, 16)
    assert made.category_ids == [Category.objects.get(number=2).pk]


def test_links_are_set_to_what_the_form_shows(client):
    made = product()
    tags = [Tag.objects.create(name=name) for name in "abc"]
    save(client, page("product", made), tags=[tags[0].pk, tags[1].pk])
    assert set(made.tags.all()) == set(tags[:2])
    save(client, page("product", made), tags=[tags[2].pk])
    assert set(made.tags.all()) == {tags[2]}


def test_custom_fields_are_changed_key_by_key(client):
    made = product(custom_fields={"a": 1, "b": 2, "c": 3})
    save(client, page("product", made), custom_fields='{"a": 1, "b": 5, "d": 4}')
    made.refresh_from_db()
    assert made.custom_fields == {"a": 1, "b": 5, "d": 4}


@pytest.mark.parametrize("wrong", ['"text"', "[1]", "5"])
def test_custom_fields_are_an_object(client, wrong):
    made = product(custom_fields={"a": 1})
    assert errors(save(client, page("product", made), custom_fields=wrong)) == {
        "custom_fields": ["Must be a value of type object."]
    }
    made.refresh_from_db()
    assert made.custom_fields == {"a": 1}


def test_what_is_cleared_is_null(client):
    made = product(name="Bag", description="Long", price_gross=3)
    save(client, page("product", made), name="", description="", price_gross="", prices_other="")
    made.refresh_from_db()
    assert (made.name, made.description, made.price_gross, made.prices_other) == (None, None, None, {})


def test_a_refusal_is_told_at_its_field_and_nothing_is_written(client):
    made, other = product("A", name="Bag"), product("B")
    answer = save(client, page("product", made), sku="b", name="Sack")
    assert errors(answer) == {"sku": ["Belongs to another record already (b)."]}
    made.refresh_from_db()
    other.refresh_from_db()
    assert (made.sku, made.name, other.sku) == ("A", "Bag", "B")
    assert not LogEntry.objects.exists()


def test_every_refused_field_is_told(client):
    made = product("A")
    answer = save(client, page("product", made), min_purchase="0", weight="-1", visibility="9")
    assert errors(answer) == {
        "min_purchase": ["Is smaller than 1."],
        "visibility": ["Is larger than 4."],
        "weight": ["Is smaller than 0."],
    }


def test_a_new_record_that_is_refused_is_not_there(client):
    product("A")
    answer = save(client, f"{list_of('product')}add/", sku="a")
    assert errors(answer) == {"sku": ["Belongs to another record already (a)."]}
    assert Product.objects.count() == 1


def test_a_category_cannot_be_put_below_itself(client):
    top = Category.objects.get(number=2)
    writing.apply([Upsert(entity="category", key=None, values={"name": "In", "parent": Reference("id", top.pk)})])
    inner = Category.objects.get(name="In")
    answer = save(client, page("category", top), parent=str(inner.pk))
    assert errors(answer) == {"parent": ["Would make the record its own ancestor."]}


def test_a_record_is_deleted_with_what_belongs_to_it(client, root):
    made = product()
    assert client.post(page("product", made).replace("change", "delete"), {"post": "yes"}).status_code == 302
    assert not Product.objects.exists()
    assert LogEntry.objects.get().is_deletion()


def test_what_is_in_use_is_not_deleted_and_that_is_said(client):
    tax = Tax.objects.create(name="Standard", rate=19)
    made = product(tax=Reference("id", tax.pk))
    answer = client.post(page("tax", tax).replace("change", "delete"), {"post": "yes"}, follow=True)
    said = "Nothing was deleted: this record is in use: a product refers to it."
    assert [str(message) for message in answer.context["messages"]] == [said]
    form = {"action": "delete_selected", "_selected_action": [str(tax.pk)], "post": "yes"}
    answer = client.post(list_of("tax"), form, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [said]
    made.refresh_from_db()
    assert made.tax == tax
    assert not LogEntry.objects.exists()


def test_chosen_records_are_deleted_together_or_not_at_all(client):
    used, free = Tax.objects.create(name="A", rate=1), Tax.objects.create(name="B", rate=2)
    made = product(tax=Reference("id", used.pk))
    form = {"action": "delete_selected", "_selected_action": [str(used.pk), str(free.pk)]}
    assert "Are you sure" in client.post(list_of("tax"), form).content.decode()
    client.post(list_of("tax"), form | {"post": "yes"})
    assert Tax.objects.filter(name__in="AB").count() == 2
    Product.objects.filter(pk=made.pk).delete()
    client.post(list_of("tax"), form | {"post": "yes"})
    assert not Tax.objects.filter(name__in="AB").exists()
    assert LogEntry.objects.count() == 2


def test_never_too_many_are_deleted_at_once(client, monkeypatch):
    monkeypatch.setattr("catalog.admin.editing.MOST_COUNTED", 2)
    Tag.objects.bulk_create(Tag(name=str(n)) for n in range(4))
    form = {"action": "delete_selected", "_selected_action": [str(Tag.objects.all()[0].pk)], "select_across": "1"}
    answer = client.post(list_of("tag"), form | {"post": "yes"}, follow=True)
    assert "are deleted at once" in str(next(iter(answer.context["messages"])))
    assert Tag.objects.count() == 4


def test_base_data_stays(client):
    currency = apps.get_model("catalog.Currency").objects.first()
    answer = client.post(page("currency", currency).replace("change", "delete"), {"post": "yes"}, follow=True)
    assert "is base data, which stays" in str(next(iter(answer.context["messages"])))


def test_categories_are_listed_as_a_tree(client):
    top = Category.objects.get(number=2)
    names = {"B": top.pk, "A": top.pk}
    for name, parent in names.items():
        values = {"name": name, "parent": Reference("id", parent)}
        writing.apply([Upsert(entity="category", key=None, values=values)], indexing=Indexing.NOW)
    inner = {"name": "B1", "parent": Reference("id", Category.objects.get(name="B").pk)}
    writing.apply([Upsert(entity="category", key=None, values=inner)], indexing=Indexing.NOW)
    answer = client.get(list_of("category"))
    tree = [(row.name, row.level) for row in answer.context["cl"].result_list]
    assert tree[:4] == [(top.name, 1), ("B", 2), ("B1", 3), ("A", 2)]
    assert '<span style="display: inline-block; padding-left: 4em">B1</span>' in answer.content.decode()


@pytest.mark.parametrize("entity", HERE)
def test_a_list_costs_the_same_for_one_and_ten(client, entity):
    costs = []
    for more in (1, 9):
        for _ in range(more):
            example(entity)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(list_of(entity)).status_code == 200
        costs.append(len(captured))
    assert costs[0] == costs[1]


def test_references_are_found_by_typing(client):
    tax = Tax.objects.create(name="Reduced", rate=7)
    asked = {"app_label": "catalog", "model_name": "product", "field_name": "tax", "term": "redu"}
    assert client.get("/admin/autocomplete/", asked).json()["results"] == [{"id": str(tax.pk), "text": "Reduced"}]
    asked |= {"field_name": "categories", "term": "default"}
    assert client.get("/admin/autocomplete/", asked).json()["results"][0]["text"] == "Default Category"


def test_a_record_shows_what_stands_beside_it(client):
    made = product()
    german = {"name": "Tasche"}
    language = Store.objects.get(code="de").language_id
    both = (
        Upsert(
            entity="product", key=Reference("sku", "A"), values={}, translations=((Reference("id", language), german),)
        ),
    )
    writing.apply(both)
    shown = client.get(page("product", made)).content.decode()
    assert "Tasche" in shown
    assert f"{list_of('product_price')}?product__id__exact={made.pk}" in shown
    assert client.get(f"{list_of('product_price')}?product__id__exact={made.pk}").status_code == 200


def test_what_is_gone_meanwhile_is_not_made_again(client):
    assert client.get(f"{list_of('product')}{uuid4()}/change/").status_code == 302


def test_accounts_are_kept_by_the_staff_of_their_organization(harbour, client):
    rights = [f"catalog.{action}_{kind}" for action in ("view", "add", "change") for kind in ("account", "contact")]
    keeper = at_the_admin(staff(harbour, "keeper", *rights))
    pier = Organization.objects.create(name="Pier Nine")
    theirs, stranger = Account.objects.create(name="T", organization=pier), Contact.objects.create(organization=pier)
    assert save(keeper, f"{list_of('account')}add/", name="Ours").status_code == 302
    ours = Account.objects.get(name="Ours")
    assert ours.organization == harbour
    assert list(keeper.get(list_of("account")).context["cl"].result_list) == [ours]
    assert keeper.get(page("account", theirs)).status_code == 302
    assert "contacts" in errors(save(keeper, page("account", ours), contacts=[stranger.pk]))
    assert not ours.contacts.exists()
    assert set(client.get(list_of("account")).context["cl"].result_list) == {ours, theirs}
