"""By which operations are found whose records nobody can ask: tables of the engine, beside those of models."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models


class Fault(models.Model):
    """The same error of many items of one operation: how often it came, and one example."""

    pk = models.CompositePrimaryKey("operation_id", "fault")
    operation_id = models.BigIntegerField()
    fault = models.BigIntegerField()  # hash of what makes errors the same
    path = models.TextField(blank=True)  # as of ItemError, with * for each position in a list
    code = models.CharField(max_length=16)
    params = models.JSONField(default=dict)  # of the example
    index = models.IntegerField()  # of the example
    count = models.IntegerField()  # errors, of which one item may have several
    words = models.TextField()  # by which the fault is found

    class Meta:
        indexes = [GinIndex(SearchVector("words", config="simple"), name="fault_words")]

    def __str__(self) -> str:
        return f"{self.count} times {self.words}"


class Mention(models.Model):
    """A record that an item named and that may not be there to ask for: the item was refused, or deleted it."""

    pk = models.CompositePrimaryKey("name", "operation_id", "index")
    name = models.BigIntegerField()  # hash of the entity, the kind of name and its value, as in Chunk.writes
    operation_id = models.BigIntegerField()
    index = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["operation_id", "index"], name="mention_of_item")]

    def __str__(self) -> str:
        return f"a name in item {self.index} of operation {self.operation_id}"
