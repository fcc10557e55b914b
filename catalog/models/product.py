"""Products, their values per store, and the tables that map them to what they are sorted by."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from catalog.models.category import Category
from catalog.models.columns import (
    decimal,
    demanded,
    document,
    gross_net,
    long_text,
    moment,
    optional,
    short_text,
    uuids,
)
from catalog.models.entity import Entity
from catalog.models.pricing import Tax
from catalog.models.property import AttributeSet, PropertyGroupOption
from catalog.models.reference import DeliveryTime, Manufacturer, Tag, Unit
from catalog.models.store import Store, Website


class Product(Entity):
    """Nullable is what some dialect may leave out, or a variant inherit; what a dialect demands is in its names.py."""

    parent = optional("self", on_delete=models.CASCADE, related_name="variants")
    sku = models.CharField(max_length=64)
    sku_key = models.CharField(max_length=192, unique=True, editable=False)  # casefolding may triple the length
    type = models.CharField(max_length=32, default="simple")
    attribute_set = optional(AttributeSet)
    name = short_text()
    description = long_text()
    short_description = long_text()
    url_key = short_text()
    meta_title = short_text()
    meta_keyword = long_text()
    meta_description = short_text(1024)
    custom_search_keywords = document()
    pack_unit = short_text()
    pack_unit_plural = short_text()
    active = models.BooleanField(default=True)
    visibility = models.SmallIntegerField(default=4)  # 1 nowhere, 2 catalog, 3 search, 4 both
    featured = models.BooleanField(default=False)
    new_arrival = models.BooleanField(default=False)
    stock = models.IntegerField(default=0)
    is_closeout = models.BooleanField(default=False)
    min_purchase = models.IntegerField(default=1)
    max_purchase = models.IntegerField(null=True, blank=True)
    purchase_steps = models.IntegerField(default=1)
    shipping_free = models.BooleanField(default=False)
    mark_as_topseller = models.BooleanField(default=False)
    restock_time = models.IntegerField(null=True, blank=True)  # days
    price_gross, price_net, price_linked, prices_other = gross_net()
    list_prices = document()
    purchase_prices = document()
    special_price = decimal()
    special_from = moment()
    special_to = moment()
    cost = decimal()
    tax = optional(Tax, related_name="products")
    manufacturer = optional(Manufacturer, related_name="products")
    unit = optional(Unit, related_name="products")
    delivery_time = optional(DeliveryTime)
    cover = models.ForeignKey(  # no constraint: it may be written before the entry that it names
        "ProductMedia", on_delete=models.SET_NULL, related_name="+", null=True, blank=True, db_constraint=False
    )
    purchase_unit = decimal()
    reference_unit = decimal()
    weight = decimal()
    width = decimal()
    height = decimal()
    length = decimal()
    ean = short_text()
    manufacturer_number = short_text()
    release_date = moment()
    variant_restrictions = document()
    configurator_group_config = document()
    variant_listing_config = document()
    custom_field_set_selection_active = models.BooleanField(null=True, blank=True)

    # derived by the database, as it follows from this row alone
    available_stock = models.GeneratedField(
        expression=models.ExpressionWrapper(models.F("stock"), output_field=models.IntegerField()),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    available = models.GeneratedField(
        expression=models.ExpressionWrapper(
            models.Q(is_closeout=False) | models.Q(stock__gte=models.F("min_purchase")),
            output_field=models.BooleanField(),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    # derived by indexing
    child_count = models.IntegerField(default=0, editable=False)
    category_ids = uuids()
    category_tree = uuids()  # its categories and all above them
    property_ids = uuids()
    option_ids = uuids()
    tag_ids = uuids()

    categories = models.ManyToManyField(Category, through="ProductCategory", related_name="products")
    websites = models.ManyToManyField(Website, through="ProductWebsite", related_name="products")
    properties = models.ManyToManyField(PropertyGroupOption, through="ProductProperty", related_name="+")
    options = models.ManyToManyField(PropertyGroupOption, through="ProductOption", related_name="+")
    tags = models.ManyToManyField(Tag, through="ProductTag", related_name="products")

    class Meta:
        indexes = [models.Index(fields=["updated_at"], name="product_updated_at")]

    def __str__(self) -> str:
        return self.sku


class ProductStoreValue(models.Model):
    """What one store shows instead of the base row: one object of overrides, keyed by column."""

    pk = models.CompositePrimaryKey("product_id", "store_id")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="store_values")
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+")
    values = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.product_id} in {self.store_id}"


class ProductSearch(models.Model):
    """The search document, beside the product: a GIN index on the hot table made every update three times slower."""

    product = models.OneToOneField(Product, on_delete=models.CASCADE, primary_key=True, related_name="search")
    document = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["document"], name="product_search")]

    def __str__(self) -> str:
        return f"search document of {self.product_id}"


class ProductCategory(models.Model):
    pk = models.CompositePrimaryKey("product_id", "category_id")
    product = demanded(Product)
    category = demanded(Category)
    position = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.product_id}: {self.category_id}"


class ProductWebsite(models.Model):
    """Every new product has a row per website, so the two constraints would cost as much as half of its insert.

    The writer looks the websites up, and deletes these rows with either side.
    """

    pk = models.CompositePrimaryKey("product_id", "website_id")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    website = models.ForeignKey(Website, on_delete=models.CASCADE, related_name="+", db_constraint=False)

    def __str__(self) -> str:
        return f"{self.product_id}: {self.website_id}"


class ProductTag(models.Model):
    pk = models.CompositePrimaryKey("product_id", "tag_id")
    product = demanded(Product)
    tag = demanded(Tag)

    def __str__(self) -> str:
        return f"{self.product_id}: {self.tag_id}"


class ProductProperty(models.Model):
    pk = models.CompositePrimaryKey("product_id", "option_id")
    product = demanded(Product)
    option = demanded(PropertyGroupOption)

    def __str__(self) -> str:
        return f"{self.product_id}: {self.option_id}"


class ProductOption(models.Model):
    """What makes a variant this variant: its options stay as long as it does."""

    pk = models.CompositePrimaryKey("product_id", "option_id")
    product = demanded(Product)
    option = demanded(PropertyGroupOption, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return f"{self.product_id}: {self.option_id}"
