"""The parameters of a request's query, as far as they are texts that can be asked for."""

from __future__ import annotations

from syncapi.exchange import ApiRequest
from syncapi.shoptet.parameters import Query
from syncapi.shoptet.refusals import parameter


def query_of(request: ApiRequest) -> Query:
    """Each once: of several the last counts. Raises Refusal for what no database text can hold."""
    query = request.query_params.dict()
    for name, value in query.items():
        if "\0" in value or "\ufffd" in value:
            raise parameter(name.replace("\0", ""), "It holds a character that cannot be used.")
    return query
