"""The naive way, for comparison: DRF's ListSerializer over a ModelSerializer, which saves record by record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from django.db import transaction
from rest_framework import serializers

from benchmarks.figures import Figure, median
from benchmarks.records import Product, empty, floor, products
from benchmarks.write_path import commands, write
from catalog import models

RECORDS = 1_000


class ProductSerializer(serializers.ModelSerializer[models.Product]):
    class Meta:
        model = models.Product
        fields = (
            "sku", "name", "description", "short_description", "url_key", "active", "visibility", "stock",
            "price_gross", "weight",
        )  # fmt: skip

    def create(self, validated_data: Product) -> models.Product:
        key = validated_data["sku"].casefold()
        product, _ = models.Product.objects.update_or_create(sku_key=key, defaults=validated_data)
        return product


def figures() -> Iterator[Figure]:
    records = products(RECORDS)
    lowest = floor(records)
    for name, act in (("naive DRF", partial(_save, records)), ("write", partial(write, commands(records)))):
        seconds = median(act, before=empty, runs=3)
        yield Figure(name=f"{name} new {RECORDS:,}", median_s=seconds, records=RECORDS, ratio=seconds / lowest)


def _save(records: Sequence[Product]) -> None:
    serializer = ProductSerializer(data=list(records), many=True)
    with transaction.atomic():
        serializer.is_valid(raise_exception=True)
        serializer.save()
