"""What a route declares, and the table that finds it: a known path with another method is told from an unknown path."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from rest_framework.response import Response

from syncapi.exchange import ApiRequest
from syncapi.shoptet.refusals import Fault, Refusal, not_allowed
from syncapi.shoptet.schema import Schema


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """`path`: below /api/, variables as `:name`. `rights`: Django permissions, any of which lets in.

    `answers`: which schema of `described` the `data` of a good answer has, the id of a job unless it says otherwise.
    """

    method: str
    path: str
    rights: tuple[str, ...]
    view: View
    body: Schema | None = None  # what its view checks
    answers: str = "Job accepted"
    status: int = 202
    is_secret: bool = False  # its answer must not be kept for a repeated request

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def methods(self) -> tuple[str, ...]:
        """HEAD asks about what GET shows; it starts no job, whose id it could not tell."""
        return ("GET", "HEAD") if self.method == "GET" and self.status != 202 else (self.method,)


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A request after routing."""

    route: Route
    path: Mapping[str, str] = field(default_factory=dict)  # the path's variables


View = Callable[[ApiRequest, Call], Response]


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteTable:
    """Routes in the order in which they are tried."""

    routes: Sequence[Route]

    def find(self, method: str, path: str) -> Call:
        """Raises Refusal: 404, or 405 with the methods that the path has."""
        segments = path.strip("/").split("/")
        fitting = [route for route in self.routes if _fits(route, segments)]
        matching = [route for route in fitting if ":" not in route.path] or fitting  # what is spelled out comes first
        if not matching:
            message = f'Endpoint "{method} {path}" not found.'
            raise Refusal(404, Fault(code="endpoint-not-found", message=message, instance=path))
        for route in matching:
            if method in route.methods:
                return Call(route=route, path=_variables(route, segments))
        raise not_allowed(method, path, (allowed for route in matching for allowed in route.methods))


def _fits(route: Route, segments: Sequence[str]) -> bool:
    parts = route.path.split("/")
    return len(parts) == len(segments) and all(
        (part[0] == ":" and segment) or part == segment for part, segment in zip(parts, segments, strict=True)
    )


def _variables(route: Route, segments: Sequence[str]) -> dict[str, str]:
    parts = zip(route.path.split("/"), segments, strict=True)
    return {part[1:]: segment for part, segment in parts if part[0] == ":"}
