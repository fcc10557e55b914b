"""Products, their values per store, and the tables that map them to categories and websites."""

from __future__ import annotations

from django.db import models

from catalog.models.category import Category
from catalog.models.entity import Entity
from catalog.models.pricing import Tax
from catalog.models.store import Store, Website


class AttributeSet(Entity):
    name = models.CharField(max_length=255, unique=True)
    position = models.IntegerField(default=0)

    def __str__(self) -> str:
        return self.name


def _optional_text() -> models.TextField[str | None, str | None]:
    return models.TextField(null=True, blank=True)


def _optional_decimal() -> models.DecimalField[str | None, str | None]:
    return models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)


class Product(Entity):
    """Nullable is what some dialect may leave out; what a dialect demands is in its names.py."""

    sku = models.CharField(max_length=64)
    sku_key = models.CharField(max_length=192, unique=True, editable=False)  # casefolding may triple the length
    type = models.CharField(max_length=32, default="simple")
    attribute_set = models.ForeignKey(AttributeSet, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    name = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - variants inherit it
    description = _optional_text()
    short_description = _optional_text()
    url_key = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - null is "no value"
    meta_title = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - null is "no value"
    meta_keyword = _optional_text()
    meta_description = _optional_text()
    active = models.BooleanField(default=True)
    visibility = models.SmallIntegerField(default=4)  # 1 nowhere, 2 catalog, 3 search, 4 both
    stock = models.IntegerField(default=0)
    price_gross = _optional_decimal()
    price_net = _optional_decimal()
    price_linked = models.BooleanField(default=True)
    prices_other = models.JSONField(default=dict, blank=True)  # by currency id
    special_price = _optional_decimal()
    special_from = models.DateTimeField(null=True, blank=True)
    special_to = models.DateTimeField(null=True, blank=True)
    cost = _optional_decimal()
    tax = models.ForeignKey(Tax, on_delete=models.PROTECT, related_name="products", null=True, blank=True)
    weight = _optional_decimal()
    ean = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - null is "no value"

    categories = models.ManyToManyField(Category, through="ProductCategory", related_name="products")
    websites = models.ManyToManyField(Website, through="ProductWebsite", related_name="products")

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


class ProductCategory(models.Model):
    pk = models.CompositePrimaryKey("product_id", "category_id")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+")
    position = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.product_id} in {self.category_id}"


class ProductWebsite(models.Model):
    pk = models.CompositePrimaryKey("product_id", "website_id")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    website = models.ForeignKey(Website, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.product_id} on {self.website_id}"
