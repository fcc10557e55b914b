"""Which of Oro's URLs a path is, and the methods that it takes, in the order in which `Allow` names them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from syncapi.oro.kinds import Relation, Resource, Way
from syncapi.oro.names import ATOMIC_PATH, OPERATIONS, RESOURCES
from syncapi.oro.refusals import NoAssociation, NotAccessible, UnknownType


class Form(Enum):
    LIST = "all resources of a type"
    ITEM = "one resource"
    RELATED = "what a resource is related to"
    RELATIONSHIP = "how it is related"
    OPERATION = "an operation"
    ERRORS = "its errors"
    RESULTS = "what became of its records"
    ATOMIC = "operations that are done together"


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    form: Form
    type: str = ""
    id: str = ""
    relation: Relation | None = None

    @property
    def resource(self) -> Resource:
        return RESOURCES[self.type]

    @property
    def methods(self) -> tuple[str, ...]:
        match self.form:
            case Form.LIST | Form.ITEM:
                return _of_resource(self.resource, self.form)
            case Form.RELATIONSHIP if self.relation is not None:
                return _of_relationship(self.resource, self.relation)
            case Form.ATOMIC:
                return ("OPTIONS", "POST")
        return ("OPTIONS", "GET")

    @property
    def allow(self) -> str:
        return ", ".join(self.methods)


def find(segments: Sequence[str]) -> Route:
    """`segments`: of the path below /api/, decoded. Raises UnknownType, NoAssociation, NotAccessible."""
    type, *rest = segments
    if type == OPERATIONS:
        return _of_operations(rest)
    if type == ATOMIC_PATH and not rest:
        return Route(form=Form.ATOMIC)
    if type not in RESOURCES:
        raise UnknownType(type)
    match rest:
        case []:
            return Route(form=Form.LIST, type=type)
        case [id]:
            return Route(form=Form.ITEM, type=type, id=id)
        case [id, "relationships", name]:
            return Route(form=Form.RELATIONSHIP, type=type, id=id, relation=_relation(type, name))
        case [id, name]:
            return Route(form=Form.RELATED, type=type, id=id, relation=_relation(type, name))
    raise NoAssociation


def _of_operations(rest: list[str]) -> Route:
    match rest:
        case [id]:
            return Route(form=Form.OPERATION, id=id)
        case [id, "errors"]:
            return Route(form=Form.ERRORS, id=id)
        case [id, "results"]:
            return Route(form=Form.RESULTS, id=id)
        case [] | [_, "owner" | "organization"] | [_, "relationships", "owner" | "organization"]:
            raise NotAccessible
    raise NoAssociation


def _relation(type: str, name: str) -> Relation:
    relation = RESOURCES[type].relations.get(name)
    if relation is None:
        raise NoAssociation
    return relation


def _of_resource(resource: Resource, form: Form) -> tuple[str, ...]:
    allowed = {"PATCH": resource.updates or (form is Form.LIST and resource.creates), "DELETE": resource.deletes}
    allowed["POST"] = form is Form.LIST and resource.creates
    return ("OPTIONS", "GET", *(method for method in ("PATCH", "POST", "DELETE") if allowed[method]))


def _of_relationship(resource: Resource, relation: Relation) -> tuple[str, ...]:
    if not (resource.updates and (relation.writable or relation.way is Way.REVERSE)):
        return ("OPTIONS", "GET")
    return ("OPTIONS", "GET", "PATCH", "POST", "DELETE") if relation.many else ("OPTIONS", "GET", "PATCH")
