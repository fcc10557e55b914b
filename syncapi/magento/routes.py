"""What a route declares, and the table that finds it in its three forms: sync, async and bulk (contract 3, 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from django.http.response import HttpResponseBase

from catalog.commands import Command, Json
from catalog.outcomes import FieldError
from syncapi.exchange import ApiRequest
from syncapi.magento.names import by_name, snake_case


class Form(StrEnum):
    SYNC = ""
    ASYNC = "async"
    BULK = "async/bulk"


class Shows(StrEnum):
    """What a single synchronous call answers once its record is written."""

    RECORD = "record"  # as the store of the call shows it; `true` when it is gone
    TRUE = "true"
    NUMBER = "number"
    OPTION = "option"  # the id of an option of an attribute: a text
    ERRORS = "errors"  # a list, empty when all is good


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A route that answers by itself, in the sync form alone.

    `path`: below /V1/, variables as `:name`. `rights`: Django permissions, any of which lets in; without any only
    superusers come in. `resource`: Magento's own name of the right, for its error. `is_open`: anybody comes in.
    """

    method: str
    path: str
    resource: str = ""
    rights: tuple[str, ...] = ()
    is_open: bool = False
    view: View | None = None

    forms: ClassVar[tuple[Form, ...]] = (Form.SYNC,)

    @property
    def kind(self) -> str:
        """Its identity, by which an operation remembers it."""
        return f"{self.method} {self.path}"

    def segments(self, form: Form) -> tuple[str, ...]:
        """The path below /V1/ in this form: bulk has names in place of variables."""
        parts = self.path.split("/")
        return tuple(by_name(part[1:]) if form is Form.BULK and part[0] == ":" else part for part in parts)


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """`items`: of the body, an item for each record. `told`: the entries of the answer for one that was refused."""

    items: Callable[[Json], list[Json]]
    told: Callable[[Sequence[FieldError], Json], list[Json]]


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteRoute(Route):
    """A route that writes: it declares what an item means, and has all three forms by rule.

    `service`: Magento's class and method behind it, from which the topic follows. `parse`: item and context to command.
    `dto`: the member of the body, by its snake_case name, into whose property `dto_key` the last path variable goes; on
    PUT it overrides the property when the body has no other member (contract 5.2). Without a `dto` the path's
    variables stand beside the body's members. `shows`: what a single call answers. `listed`: where the body of a single
    synchronous call is a list of records, each of which stands alone.
    """

    service: tuple[str, str]
    entity: str
    parse: Callable[[Json, Mapping[str, Json]], Command]
    dto: str = ""
    dto_key: str = "sku"
    shows: Shows = Shows.RECORD
    listed: Listed | None = None

    forms: ClassVar[tuple[Form, ...]] = tuple(Form)

    @property
    def topic(self) -> str:
        interface, method = self.service
        return f"async.{interface.replace(chr(92), '.')}.{method}.{self.method}".lower()

    @property
    def implementation(self) -> str:
        """How Magento names the class and method that did it."""
        interface, method = self.service
        return f"{interface.replace('Api', 'Model', 1).removesuffix('Interface')}\\Interceptor::{method}"

    def item(self, body: Json, path: Mapping[str, str]) -> Json:
        """The body with the path's variables where Magento's services look for them."""
        if not path or not isinstance(body, dict):
            return dict(path) if not body and not self.dto else body
        member = next((key for key in body if snake_case(key) == self.dto), "") if self.dto else ""
        if not isinstance(given := body.get(member), dict):
            return body if self.dto else {**body, **path}
        spelled = next((key for key in given if snake_case(key) == self.dto_key), self.dto_key)
        overrides = self.method == "PUT" and len(body) == 1
        if not overrides and given.get(spelled) is not None:
            return body
        return {**body, member: {**given, spelled: list(path.values())[-1]}}


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A request after routing. `store`: the code of the store it is about, None for all; `named`: it says so itself."""

    table: RouteTable
    route: Route
    form: Form
    store: str | None
    named: bool
    path: Mapping[str, str]  # the path's variables, decoded


View = Callable[[ApiRequest, Call], HttpResponseBase]
Shape = tuple[Form, str, int]  # form, method, number of segments


@dataclass(slots=True)
class RouteTable:
    """The routes by shape. Another app adds its own with one `add(...)` in its ready()."""

    routes: list[Route] = field(default_factory=list)
    _kinds: dict[str, WriteRoute] = field(default_factory=dict)
    _exact: dict[tuple[Form, str, tuple[str, ...]], Route] = field(default_factory=dict)
    _variable: dict[Shape, list[tuple[tuple[str, ...], Route]]] = field(default_factory=dict)

    @classmethod
    def of(cls, routes: Iterable[Route]) -> RouteTable:
        table = cls()
        for route in routes:
            table.add(route)
        return table

    def add(self, route: Route) -> None:
        self.routes.append(route)
        if isinstance(route, WriteRoute):
            self._kinds[route.kind] = route
        for form in route.forms:
            segments = route.segments(form)
            if any(segment.startswith(":") for segment in segments):
                self._variable.setdefault((form, route.method, len(segments)), []).append((segments, route))
            else:
                self._exact[form, route.method, segments] = route

    def match(self, form: Form, method: str, segments: Sequence[str]) -> tuple[Route, dict[str, str]] | None:
        """The route and its variables, not decoded yet. Exact paths come first."""
        exact = self._exact.get((form, method, tuple(segments)))
        if exact is not None:
            return exact, {}
        for pattern, route in self._variable.get((form, method, len(segments)), ()):
            if all(part[0] == ":" or part == segment for part, segment in zip(pattern, segments, strict=True)):
                return route, {p[1:]: s for p, s in zip(pattern, segments, strict=True) if p[0] == ":"}
        return None

    def patterns(self, form: Form, method: str) -> list[tuple[tuple[str, ...], Route]]:
        """All that have variables in this form."""
        chosen = (group for (its, verb, _), group in self._variable.items() if (its, verb) == (form, method))
        return [found for group in chosen for found in group]

    def kinds(self) -> list[tuple[str, WriteRoute]]:
        """The writing routes by their identity."""
        return list(self._kinds.items())

    def of_kind(self, kind: str) -> WriteRoute | None:
        """The writing route with this identity."""
        return self._kinds.get(kind)
