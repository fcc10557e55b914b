"""The WSGI entry point for gunicorn."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from asyncops import memory
from syncapi.lingering import lingering

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = lingering(get_wsgi_application())
if settings.WEB_STATEMENT_SECONDS:  # PostgreSQL works on for a caller who has long gone
    options = settings.DATABASES["default"].setdefault("OPTIONS", {})
    options["options"] = f"{options.get('options', '')} -c statement_timeout={settings.WEB_STATEMENT_SECONDS}s"
memory.settle()
