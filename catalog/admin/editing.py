"""Edits at the admin go the way of every write: `writing.apply`, so that rules and derived data hold.

What it refuses is raised, so that nothing is half written; the page is then made again, with the errors at its fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.db import transaction
from django.db.models import Field, ManyToManyField, Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from catalog import writing
from catalog.admin.reading import MOST_COUNTED, FastAdmin, M, staff
from catalog.commands import Change, Command, Delete, Indexing, Json, Link, LinkSet, Mode, Policy, Reference, Upsert
from catalog.outcomes import ErrorCode, FieldError, OutcomeKind
from catalog.registry import Document, EntitySpec, FieldSpec, Ref, Text
from catalog.rights import Rights
from catalog.wording import say

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
else:
    ModelForm = forms.ModelForm

TOO_MANY: Final = FieldError(
    path="", code=ErrorCode.DIALECT, params={"message": f"at most {MOST_COUNTED:,} are deleted at once"}
)


class RefusedError(Exception):
    """The catalog refuses what was asked at the admin."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(errors)
        self.errors = errors


class RecordForm(ModelForm):
    refused: ClassVar[Sequence[FieldError]] = ()  # of this request, by the catalog

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        for error in self.refused:
            name = error.path.split("/")[1] if error.path else ""
            place, sentence = (name, say(error)) if name in self.fields else (None, _sentence(error))
            self.add_error(place, sentence[:1].upper() + sentence[1:] + ".")


class EditingAdmin(FastAdmin[M]):
    """Add, change and delete pages of the entity `spec`, for those who have the model permissions."""

    spec: ClassVar[EntitySpec]
    form = RecordForm

    def get_form(self, request: HttpRequest, obj: M | None = None, change: bool = False, **options: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **options)
        form.refused = getattr(request, "refused", ())
        return form

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **options: Any) -> Any:
        """The page keeps what it showed: a field has changed when its user changed it, not when somebody else did."""
        field: Any = self._field(db_field, request, **options)
        field.show_hidden_initial = True
        return field

    def _field(self, db_field: Field[Any, Any], request: HttpRequest, **options: Any) -> Any:
        declared = self.spec.by_name.get(db_field.name)
        if isinstance(declared, Text) and declared.choices:
            choices = [(choice, choice.replace("_", " ")) for choice in declared.choices]
            return forms.ChoiceField(choices=choices, initial=db_field.get_default())
        return super().formfield_for_dbfield(db_field, request, **options)

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **options: Any
    ) -> Any:
        """Django leaves out relations with a mapping table of their own, since it could not write them."""
        widget = AutocompleteSelectMultiple(db_field, self.admin_site)
        choices = self.get_field_queryset(None, db_field, request)
        return db_field.formfield(**{**options, "required": False, "widget": widget, "queryset": choices})

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        """Nobody refers to what the list of it would not show them."""
        return self.admin_site._registry[db_field.remote_field.model].get_queryset(request)

    def changeform_view(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **options)
        except RefusedError as refusal:
            request.refused = refusal.errors  # type: ignore[attr-defined]
            return super().changeform_view(request, *args, **options)

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:
        _apply([self.command(request, obj, form, change=change)], request)

    def command(self, request: HttpRequest, obj: M, form: Any, *, change: bool) -> Upsert:
        return upsert(self.spec, obj, form, mode=Mode.UPDATE if change else Mode.CREATE)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The links were written with the record."""

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        try:
            return super().delete_view(request, object_id, extra_context)
        except RefusedError as refusal:
            return self._refuse(request, refusal, to="../change/")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """An action that is refused leaves nothing behind, no line of the history either."""
        if request.method != "POST":
            return super().changelist_view(request, extra_context)
        try:
            with transaction.atomic():
                return super().changelist_view(request, extra_context)
        except RefusedError as refusal:
            return self._refuse(request, refusal, to=request.get_full_path())

    def delete_model(self, request: HttpRequest, obj: M) -> None:
        _apply([Delete(entity=self.spec.name, key=Reference("id", obj.pk), optional=True)], request)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[M]) -> None:
        ids = queryset.values_list("pk", flat=True)
        _apply([Delete(entity=self.spec.name, key=Reference("id", id), optional=True) for id in ids], request)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """What was chosen. Django would read every row that goes with it, which for a category may be millions."""
        chosen = list(objs[: MOST_COUNTED + 1])
        if len(chosen) > MOST_COUNTED:
            raise RefusedError([TOO_MANY])
        name = str(self.opts.verbose_name if len(chosen) == 1 else self.opts.verbose_name_plural)
        lacking = set() if self.has_delete_permission(request) else {name}
        return [str(record) for record in chosen], {name: len(chosen)}, lacking, []

    def _refuse(self, request: HttpRequest, refusal: RefusedError, *, to: str) -> HttpResponse:
        for sentence in dict.fromkeys(map(_sentence, refusal.errors)):
            self.message_user(request, f"Nothing was deleted: {sentence}.", messages.ERROR)
        return HttpResponseRedirect(to)


def upsert(spec: EntitySpec, record: Model, form: Any, *, mode: Mode) -> Upsert:
    """The fields that the form changed, and no other: what somebody else changes meanwhile stays."""
    changed = [name for name in form.changed_data if name in form.cleaned_data]
    return Upsert(
        entity=spec.name,
        key=Reference("id", record.pk),
        values={
            name: _value(spec.by_name[name], form.cleaned_data[name], before=_shown(form[name]))
            for name in changed
            if name in spec.by_name
        },
        links={name: _links(form.cleaned_data[name]) for name in changed if name in spec.links_by_name},
        mode=mode,
    )


def _shown(field: Any) -> Json:
    """What the page showed in a field of it before its user changed that."""
    widget = field.field.hidden_widget()
    return field.field.to_python(widget.value_from_datadict(field.form.data, {}, field.html_initial_name))


def _value(field: FieldSpec, given: Json, *, before: Json) -> Json:
    match field:
        case Ref():
            return None if given is None else Reference("id", given.pk)
        case Document(merged=True) if not given or isinstance(given, dict):
            return dict(_differences(before if isinstance(before, dict) else {}, given or {}))
        case Document(nullable=False) if given is None:
            return [] if field.array else {}
    return None if given == "" and field.nullable else given


def _differences(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """The keys that changed; null removes one."""
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) != after.get(key):
            yield key, after.get(key)


def _links(targets: QuerySet[Any]) -> LinkSet:
    """Those that stay keep their position."""
    links = tuple(Link(target=Reference("id", target.pk)) for target in targets)
    return LinkSet(links=links, change=Change.REPLACE)


def _apply(commands: Sequence[Command], request: HttpRequest) -> None:
    outcomes = writing.apply(commands, policy=Policy.ALL, rights=Rights.of(staff(request)), indexing=Indexing.NOW)
    errors = [error for outcome in outcomes if outcome.kind is OutcomeKind.REFUSED for error in outcome.errors]
    if errors:
        raise RefusedError(errors)


def _sentence(error: FieldError) -> str:
    return f"{error.path.strip('/').replace('_', ' ') or 'this record'} {say(error)}"
