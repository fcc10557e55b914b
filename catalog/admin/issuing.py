"""A new token: whose it is, and its secret, which is shown once and kept nowhere."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.utils import timezone

from catalog.models import AccessToken, User
from catalog.rights import Rights


class IssueForm(forms.Form):
    """A token acts as its user: nobody may issue one that can do more than they can themselves."""

    name = forms.CharField(max_length=255, help_text="What will use it, e.g. ERP nightly import")
    username = forms.CharField(label="User", max_length=150, help_text="Whose rights and organization it has")
    expires_at = forms.SplitDateTimeField(
        label="Expires", required=False, widget=AdminSplitDateTime(), help_text="UTC; empty: never, until it is revoked"
    )

    def __init__(self, *args: Any, issuer: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.issuer = issuer
        self.fields["username"].initial = issuer.username

    def clean_username(self) -> User:
        known = User.objects.filter(username=self.cleaned_data["username"], is_active=True)
        if not self.issuer.is_superuser:
            known = known.filter(organization=self.issuer.organization_id)
        user = known.first()
        if user is None:
            raise forms.ValidationError("There is no such active user.")
        if not _covers(Rights.of(self.issuer), Rights.of(user)):
            raise forms.ValidationError("This user may do more than you, so you cannot act as them.")
        return user

    def clean_expires_at(self) -> Any:
        moment = self.cleaned_data["expires_at"]
        if moment is not None and moment <= timezone.now():
            raise forms.ValidationError("This time has passed.")
        return moment

    def issue(self) -> str:
        """Of a valid form: the secret."""
        given = self.cleaned_data
        return AccessToken.issue(given["username"], name=given["name"], expires_at=given["expires_at"])


def _covers(mine: Rights, theirs: Rights) -> bool:
    if mine.granted is None:
        return True
    return theirs.granted is not None and theirs.granted <= mine.granted
