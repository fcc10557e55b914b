"""What a route declares, and the table that finds it in its three forms: sync, async and bulk (contract 3, 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from rest_framework.response import Response

from catalog.commands import Command, Json
from syncapi.exchange import ApiRequest
from syncapi.magento.names import by_name


class Form(StrEnum):
    SYNC = ""
    ASYNC = "async"
    BULK = "async/bulk"


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
    view: Callable[[ApiRequest, Call], Response] | None = None

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
class WriteRoute(Route):
    """A route that writes: it declares what an item means, and has all three forms by rule.

    `service`: Magento's class and method behind it, from which the topic follows. `parse`: item and context to command.
    `dto`: on PUT, the member of the body whose property the last path variable overrides (contract 5.2).
    """

    service: tuple[str, str]
    entity: str
    parse: Callable[[Json, Mapping[str, Json]], Command]
    dto: str = ""

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
        given = body.get(self.dto)
        if not isinstance(given, dict):
            return body if self.dto else {**body, **path}
        name, value = list(path.items())[-1]
        if len(body) > 1 and given.get(name) is not None:
            return body
        return {**body, self.dto: {**given, name: value}}


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A request after routing. `store`: the code of the store it is about, None for all."""

    table: RouteTable
    route: Route
    form: Form
    store: str | None
    path: Mapping[str, str]  # the path's variables, decoded


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

    def of_kind(self, kind: str) -> WriteRoute | None:
        """The writing route with this identity."""
        return self._kinds.get(kind)
