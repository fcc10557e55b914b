"""A new webhook endpoint, by the same rules as over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from asyncops import fetching
from asyncops.models import WebhookEndpoint
from asyncops.network_models import Event

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[WebhookEndpoint]
else:
    ModelForm = forms.ModelForm  # generic for the type checker only

TAKEN = "This event has an endpoint already."


class EndpointForm(ModelForm):
    event = forms.ChoiceField(choices=Event.choices)
    url = forms.CharField(max_length=2000, label="URL", widget=forms.URLInput(attrs={"size": 80}))

    class Meta:
        model = WebhookEndpoint
        fields = ("event", "url")

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            fetching.check_url(url)
        except fetching.UrlForbidden as refused:
            raise forms.ValidationError(f"This address cannot be used: {refused.message}.") from None
        return url

    def clean_event(self) -> Any:
        event = self.cleaned_data["event"]
        if WebhookEndpoint.objects.filter(organization=self.instance.organization_id, event=event).exists():
            raise forms.ValidationError(TAKEN)
        return event
