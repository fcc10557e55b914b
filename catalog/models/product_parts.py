"""What belongs to one product and goes with it: images, prices, visibilities, links to other products."""

from __future__ import annotations

from django.db import models

from catalog.models.channel import Rule, SalesChannel
from catalog.models.columns import decimal, demanded, document, gross_net, optional, short_text
from catalog.models.entity import Entity
from catalog.models.media import Media
from catalog.models.product import Product
from catalog.models.property import PropertyGroupOption
from catalog.models.store import Store, Website


class ProductMedia(Entity):
    product = demanded(Product, related_name="media")
    media = demanded(Media)
    position = models.IntegerField(default=0)
    label = short_text()
    disabled = models.BooleanField(default=False)
    types = models.JSONField(default=list, blank=True)  # roles such as image, small_image, thumbnail

    class Meta:
        verbose_name_plural = "product media"

    def __str__(self) -> str:
        return self.label or str(self.pk)


class ProductMediaStoreValue(models.Model):
    """What one store shows instead of the entry's own label, position and disabled."""

    pk = models.CompositePrimaryKey("product_media_id", "store_id")
    product_media = demanded(ProductMedia, related_name="store_values")
    store = demanded(Store)
    values = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.product_media_id} in {self.store_id}"


class ProductPrice(Entity):
    """A price from a quantity on, for whom a rule holds. Oro's price lists are rules here."""

    product = demanded(Product, related_name="prices")
    rule = demanded(Rule, on_delete=models.PROTECT)
    quantity_start = models.IntegerField()
    quantity_end = models.IntegerField(null=True, blank=True)
    price_gross, price_net, price_linked, prices_other = gross_net()

    def __str__(self) -> str:
        return f"{self.product_id} from {self.quantity_start}"


class TierPrice(Entity):
    """Magento's price from a quantity on, for a customer group; without a website for all."""

    product = demanded(Product, related_name="tier_prices")
    website = optional(Website, on_delete=models.CASCADE)
    customer_group = models.IntegerField(default=0)
    quantity = decimal()
    value = decimal()
    value_type = models.CharField(max_length=16, default="fixed")

    def __str__(self) -> str:
        return f"{self.product_id} from {self.quantity}"


class ProductVisibility(Entity):
    product = demanded(Product, related_name="visibilities")
    sales_channel = demanded(SalesChannel)
    visibility = models.IntegerField()  # 10 by link, 20 in searches too, 30 everywhere

    class Meta:
        verbose_name_plural = "product visibilities"
        constraints = [models.UniqueConstraint(fields=["product", "sales_channel"], name="visibility_once")]

    def __str__(self) -> str:
        return f"{self.product_id} in {self.sales_channel_id}"


class ProductConfiguratorSetting(Entity):
    product = demanded(Product, related_name="configurator_settings")
    option = demanded(PropertyGroupOption, on_delete=models.PROTECT)
    media = optional(Media, on_delete=models.SET_NULL)
    price = document()
    position = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.product_id}: {self.option_id}"


class ProductLink(Entity):
    product = demanded(Product, related_name="links")
    linked_product = demanded(Product)
    type = models.CharField(max_length=16)
    position = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "linked_product", "type"], name="product_link_once")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.type} {self.linked_product_id}"
