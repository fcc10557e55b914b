"""The view of everything that writes: a request that is sent again is done once and answered alike.

A dialect's views derive from RepeatableView; a test walks the URLs and finds one that does not.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.response import Response

from asyncops import idempotency, intake, waiting
from asyncops.idempotency import Answer, Key
from asyncops.models import Operation
from syncapi import policies, preferences, rehearsing
from syncapi.exchange import ApiRequest, ApiView
from syncapi.preferences import Preferences, RespondAsync
from syncapi.problems import BadHeader, KeyBusy, KeyReused

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
TO_BE_REPEATED: Final = frozenset({408, 425, 429})  # beside all of 500 and above: the next try may do better
_QUOTED: Final = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')  # a string of RFC 8941
_BARE: Final = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_LONGEST: Final = 255
_MEANINGFUL: Final = frozenset(
    {"CONTENT_TYPE", "HTTP_STORE", "HTTP_PREFER", "HTTP_SINGLE_OPERATION", "HTTP_FAIL_ON_ERROR", "HTTP_X_MODE"}
)
_MEANINGFUL_PREFIXES: Final = ("HTTP_BULKHEAD_", "HTTP_SW_", "HTTP_INDEXING_", "HTTP_X_INTEGRATION_", "HTTP_X_INCLUDE")


class RepeatableView(ApiView):
    request: ApiRequest

    def keeps_answers(self) -> bool:
        """False where the answer is a secret, which must not be stored. Asked once the route is known."""
        return True

    def wait_seconds(self) -> int:
        """How long the answer may wait for the worker."""
        return min(Preferences.of(self.request.META).wait, int(settings.MAX_WAIT_SECONDS))

    def final_form(self, response: Response) -> Response:
        """The answer of a caller who waited, once all of the request's operations have ended.

        It is the same answer, and its headers say how the operation ended. A dialect that has a form for that overrides
        this.
        """
        operation = self.request.operations[-1]
        applied = [response.headers.get("Preference-Applied", ""), f"wait={Preferences.of(self.request.META).wait}"]
        response.headers["Preference-Applied"] = ", ".join(filter(None, applied))
        response.headers.setdefault("Location", preferences.address(operation))
        response.headers["Bulkhead-State"] = operation.state
        response.headers["Bulkhead-Refused"] = str(operation.refused)
        return response

    def promised(self, operation: Operation) -> Response:
        """The answer to a caller who prefers not to wait. A dialect that has a form for that overrides this."""
        return preferences.promised(operation)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """DRF's own, with the handler inside `_once`."""
        self.args, self.kwargs = args, kwargs
        self.request = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        try:
            self.initial(self.request, *args, **kwargs)
            return self._once()
        except Exception as error:  # noqa: BLE001 - the dialect words whatever it is, as in DRF's own
            return self._finished(self.handle_exception(error))
        finally:
            self.request.forget()

    def _once(self) -> HttpResponse:
        if self.request.method in SAFE:
            return self._waited(self._answered())
        policies.of(self.request.META)  # also where a request has a single record, to which it makes no difference
        self.request.dry_run = rehearsing.is_asked_for(self.request.META, allowed=self.keeps_answers())
        key = key_of(self.request) if self.keeps_answers() else None
        if key is None and not self.request.dry_run:
            return self._waited(self._answered())
        now, wait = timezone.now(), self.wait_seconds()
        with intake.one_commit():
            if key is not None and (kept := _find(key)) is not None:
                return HttpResponse(kept.body, status=kept.status, headers=kept.headers)
            response = self._answered()
            if not _stays(self.request, response):
                transaction.set_rollback(True)
                return response
            if key is not None:
                idempotency.keep(key, _answer(response), now=now, wait=wait if self.request.operations else 0)
        return self._waited(response, key=key)

    def _answered(self) -> Response:
        """What the handler answers, rendered or in its dialect's form of an error."""
        try:
            method = (self.request.method or "").lower()
            known = method in self.http_method_names
            handler = getattr(self, method, self.http_method_not_allowed) if known else self.http_method_not_allowed
            return self._finished(handler(self.request, *self.args, **self.kwargs))
        except RespondAsync as chosen:
            return self._finished(self.promised(chosen.operation))
        except Exception as error:  # noqa: BLE001
            return self._finished(self.handle_exception(error))

    def _finished(self, response: Response) -> Response:
        finished: Response = self.finalize_response(self.request, response, *self.args, **self.kwargs)
        if isinstance(finished, Response):  # others are streamed
            finished.render()
        rehearsing.mark(self.request, finished)
        return finished

    def _waited(self, response: Response, *, key: Key | None = None) -> Response:
        """The answer in its final form, if its operations end while the caller is ready to wait."""
        seconds, operations = self.wait_seconds(), self.request.operations
        if not (seconds and operations and response.status_code < 300):
            return response
        if waiting.until_final(operations, seconds=seconds):
            response = self._finished(self.final_form(response))
        if key is not None:
            idempotency.settle(key, _answer(response))
        return response


def _stays(request: ApiRequest, response: Response) -> bool:
    """Whether what was written is kept. Of a dry run only operations are, which are dry runs themselves."""
    if request.dry_run and (request.rehearsed or not request.operations):
        return False
    status = response.status_code
    not_now = status >= 400 and "Retry-After" in response.headers  # whoever is told to try again must get another
    return status < 500 and status not in TO_BE_REPEATED and not not_now


def key_of(request: ApiRequest) -> Key | None:
    """The key that a request names for itself. Raises BadHeader, and what reading the body raises."""
    given = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if given is None:
        return None
    return Key(
        organization_id=request.caller.user.organization_id,
        value=rehearsing.key(_value(given.strip())) if request.dry_run else _value(given.strip()),
        fingerprint=_fingerprint(request),
    )


def _value(given: str) -> str:
    """Quoted as the draft standard has it, or bare as most clients send it: both are the same key."""
    if quoted := _QUOTED.fullmatch(given):
        value = re.sub(r"\\(.)", r"\1", quoted[1])
    elif given.startswith('"') or not _BARE.fullmatch(given):
        raise BadHeader(name="Idempotency-Key", value=given)
    else:
        value = given
    if not 0 < len(value) <= _LONGEST:
        raise BadHeader(name="Idempotency-Key", value=given)
    return value


def _fingerprint(request: ApiRequest) -> bytes:
    """SHA-256 of all that makes this request this one: method, target, the headers that change its meaning, body."""
    meta = request.META
    target = meta.get("RAW_URI") or meta.get("REQUEST_URI") or request.get_full_path()
    spoken = sorted(name for name in meta if name in _MEANINGFUL or name.startswith(_MEANINGFUL_PREFIXES))
    head = "\0".join([request.method or "", target, *(f"{name}:{meta[name]}" for name in spoken)])
    digest = sha256(head.encode(errors="surrogateescape") + b"\0\0")
    digest.update(request.told_apart_by)
    return digest.digest()


def _find(key: Key) -> Answer | None:
    try:
        return idempotency.find(key, now=timezone.now())
    except idempotency.KeyReused:
        raise KeyReused from None
    except idempotency.KeyBusy as busy:
        raise KeyBusy(retry_after=busy.retry_after) from None


def _answer(response: Response) -> Answer:
    return Answer(status=response.status_code, headers=dict(response.items()), body=response.content)
