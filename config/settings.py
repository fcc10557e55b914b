"""Every setting, read from the environment. The table in README.md explains each variable."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url
from redis.backoff import NoBackoff
from redis.retry import Retry

from config import environment as env
from config.logs import LOGGING  # noqa: F401 - a setting

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env.flag("BULKHEAD_DEBUG", False)
SECRET_KEY = env.required("BULKHEAD_SECRET_KEY")
ALLOWED_HOSTS = env.words("BULKHEAD_ALLOWED_HOSTS", "127.0.0.1,localhost")
CSRF_TRUSTED_ORIGINS = env.words("BULKHEAD_CSRF_TRUSTED_ORIGINS")
HTTPS = env.flag("BULKHEAD_HTTPS", False)

DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(
        env.required("DATABASE_URL"), engine="config.postgresql", conn_max_age=600, conn_health_checks=True
    )
}
if env.flag("BULKHEAD_PREPARED_STATEMENTS", True):  # psycopg then prepares those that ask for it, and no other
    DATABASES["default"].setdefault("OPTIONS", {})["prepare_threshold"] = 2**31
REDIS_URL = env.required("REDIS_URL")

# What may come in
MAX_BODY_BYTES = env.number("BULKHEAD_MAX_BODY_BYTES", 64 * 1024 * 1024, minimum=1024)
MAX_STREAM_BYTES = env.number("BULKHEAD_MAX_STREAM_BYTES", 1024 * 1024 * 1024, minimum=1024)
SMALL_BODY_BYTES = env.number("BULKHEAD_SMALL_BODY_BYTES", 64 * 1024)
MAX_ITEMS = env.number("BULKHEAD_MAX_ITEMS", 100_000, minimum=1)
MAX_ATOMIC_RECORDS = env.number("BULKHEAD_MAX_ATOMIC_RECORDS", 100_000, minimum=1)
MAX_LINE_BYTES = env.number("BULKHEAD_MAX_LINE_BYTES", 1024 * 1024, minimum=1024)  # of an import file
MAX_JSON_DEPTH = env.number("BULKHEAD_MAX_JSON_DEPTH", 64, minimum=4)
MAX_PAGE_ITEMS = env.number("BULKHEAD_MAX_PAGE_ITEMS", 20_000, minimum=1)
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
LOGIN_TOKEN_HOURS = env.number("BULKHEAD_LOGIN_TOKEN_HOURS", 4, minimum=1)
SHOPWARE_TOKEN_SECONDS = env.number("BULKHEAD_SHOPWARE_TOKEN_SECONDS", 600, minimum=60)
SHOPWARE_REFRESH_DAYS = env.number("BULKHEAD_SHOPWARE_REFRESH_DAYS", 7, minimum=1)
LOGIN_ATTEMPTS_PER_MINUTE = env.number("BULKHEAD_LOGIN_ATTEMPTS_PER_MINUTE", 30, minimum=1)

# Files: on a disk that all hosts share, or in a bucket
FILES_ROOT = env.text("BULKHEAD_FILES_ROOT", str(BASE_DIR / ".local" / "files"))
S3_BUCKET = env.text("BULKHEAD_S3_BUCKET", "")
S3_ENDPOINT = env.text("BULKHEAD_S3_ENDPOINT", "")
MEDIA_URL = env.text("BULKHEAD_MEDIA_URL", "/media/")  # where contents of images are served
SERVE_MEDIA = env.flag("BULKHEAD_SERVE_MEDIA", False)  # by the web process, below /media/
MAX_IMAGE_PIXELS = env.number("BULKHEAD_MAX_IMAGE_PIXELS", 100_000_000, minimum=1)

# How values are kept and shown
PRICE_SCOPE = env.choice("BULKHEAD_PRICE_SCOPE", "store", ("store", "website", "global"))

# The operation engine
CHUNK_RECORDS = env.number("BULKHEAD_CHUNK_RECORDS", 1000, minimum=1)
LEASE_SECONDS = env.number("BULKHEAD_LEASE_SECONDS", 30, minimum=1)
DRAIN_SECONDS = env.number("BULKHEAD_DRAIN_SECONDS", 5, minimum=1)
SWEEP_SECONDS = env.number("BULKHEAD_SWEEP_SECONDS", 5, minimum=1)
MAX_ATTEMPTS = env.number("BULKHEAD_MAX_ATTEMPTS", 3, minimum=1)
STALLED_SECONDS = env.number("BULKHEAD_STALLED_SECONDS", 60, minimum=1)
DRY_RUN_WAIT_SECONDS = env.number("BULKHEAD_DRY_RUN_WAIT_SECONDS", 60)
DRY_RUN_HEADER_BYTES = env.number("BULKHEAD_DRY_RUN_HEADER_BYTES", 4096)
JOURNAL_CHANGES = env.flag("BULKHEAD_JOURNAL_CHANGES", True)
SECOND_LANE = env.flag("BULKHEAD_SECOND_LANE", True)
DRAIN_CHUNKS = env.number("BULKHEAD_DRAIN_CHUNKS", 1000, minimum=1)
ORGANIZATION_WEIGHTS = env.weights("BULKHEAD_ORGANIZATION_WEIGHTS")
OPERATION_DAYS = env.number("BULKHEAD_OPERATION_DAYS", 30, minimum=1)
MAGENTO_BULK_DAYS = env.number("BULKHEAD_MAGENTO_BULK_DAYS", 60, minimum=1)
IDEMPOTENCY_HOURS = env.number("BULKHEAD_IDEMPOTENCY_HOURS", 24, minimum=1)
UNUSED_FILE_DAYS = env.number("BULKHEAD_UNUSED_FILE_DAYS", 7, minimum=1)
BODY_HOURS = env.number("BULKHEAD_BODY_HOURS", 24, minimum=1)
METRICS_TOKEN = env.text("BULKHEAD_METRICS_TOKEN", "")
READY_NEEDS_WORKERS = env.flag("BULKHEAD_READY_NEEDS_WORKERS", False)
WEB_THREADS = env.number("BULKHEAD_WEB_THREADS", 4, minimum=1)  # of one process: gunicorn's --threads
WEB_STATEMENT_SECONDS = env.number("BULKHEAD_WEB_STATEMENT_SECONDS", 120)  # 0: as long as it takes
WAITING_REQUESTS = env.number("BULKHEAD_WAITING_REQUESTS", WEB_THREADS // 2)  # of one process, at the same time
MAX_EVENT_SECONDS = env.number("BULKHEAD_MAX_EVENT_SECONDS", 300, minimum=1)
MAX_WAIT_SECONDS = env.number("BULKHEAD_MAX_WAIT_SECONDS", 30, minimum=1)
RESULT_HOURS = env.number("BULKHEAD_RESULT_HOURS", 24, minimum=1)
MAX_BODY_FILE_BYTES = env.number("BULKHEAD_MAX_BODY_FILE_BYTES", 100 * 1024 * 1024, minimum=1024)
BODY_FILE_SECONDS = env.number("BULKHEAD_BODY_FILE_SECONDS", 300, minimum=1)
SHOPTET_REQUIRE_JOB_WEBHOOK = env.flag("BULKHEAD_SHOPTET_REQUIRE_JOB_WEBHOOK", False)
SHOPTET_QUEUE_BATCHES = env.flag("BULKHEAD_SHOPTET_QUEUE_BATCHES", False)
SHOPTET_BUCKET_DROPS = env.number("BULKHEAD_SHOPTET_BUCKET_DROPS", 0)  # 0: no limit
SHOPTET_UNFINISHED_DETAIL_LIMIT = env.number("BULKHEAD_SHOPTET_UNFINISHED_DETAIL_LIMIT", 0)
SHOPTET_LOG_LINES = env.number("BULKHEAD_SHOPTET_LOG_LINES", 100_000, minimum=1)
ORO_SYNC_RECORDS = env.number("BULKHEAD_ORO_SYNC_RECORDS", 100, minimum=1)
ORO_SYNC_INCLUDED = env.number("BULKHEAD_ORO_SYNC_INCLUDED", 50, minimum=1)
ORO_SYNC_SECONDS = env.number("BULKHEAD_ORO_SYNC_SECONDS", 25, minimum=1)
ORO_PAGE_RECORDS = env.number("BULKHEAD_ORO_PAGE_RECORDS", 1000, minimum=1)
MAGENTO_DATA_HASH = env.flag("BULKHEAD_MAGENTO_DATA_HASH", False)

# Servers that users name: images, batch files, webhooks
FETCH_SCHEMES = env.words("BULKHEAD_FETCH_SCHEMES", "http,https")
FETCH_PORTS = env.numbers("BULKHEAD_FETCH_PORTS", "80,443,8080,8443", minimum=1)
FETCH_ALLOWED_HOSTS = env.hosts("BULKHEAD_FETCH_ALLOWED_HOSTS")
FETCH_ALLOWED_NETWORKS = env.networks("BULKHEAD_FETCH_ALLOWED_NETWORKS")
FETCH_CONNECT_SECONDS = env.number("BULKHEAD_FETCH_CONNECT_SECONDS", 5, minimum=1)
FETCH_REDIRECTS = env.number("BULKHEAD_FETCH_REDIRECTS", 3)
FETCH_CA_FILE = env.text("BULKHEAD_FETCH_CA_FILE", "")
MAX_IMAGE_BYTES = env.number("BULKHEAD_MAX_IMAGE_BYTES", 10 * 1024 * 1024, minimum=1024)  # of a download
IMAGE_SECONDS = env.number("BULKHEAD_IMAGE_SECONDS", 30, minimum=1)
IMAGES_PARALLEL = env.number("BULKHEAD_IMAGES_PARALLEL", 8, minimum=1)  # of one worker

# Webhooks
WEBHOOK_RETRY_SECONDS = env.numbers("BULKHEAD_WEBHOOK_RETRY_SECONDS", "0,900,900")  # before each attempt
WEBHOOK_SECONDS = env.number("BULKHEAD_WEBHOOK_SECONDS", 4, minimum=1)
WEBHOOKS_PARALLEL = env.number("BULKHEAD_WEBHOOKS_PARALLEL", 16, minimum=1)  # of one worker
WEBHOOK_KEY_OVERLAP_HOURS = env.number("BULKHEAD_WEBHOOK_KEY_OVERLAP_HOURS", 24)
WEBHOOK_DISABLE_DAYS = env.number("BULKHEAD_WEBHOOK_DISABLE_DAYS", 5, minimum=1)
WEBHOOK_LOG_DAYS = env.number("BULKHEAD_WEBHOOK_LOG_DAYS", 30, minimum=1)

# A worker that is told no queues listens to all of them; "default" is the catalog's.
RQ_QUEUES = {
    name: {
        "URL": REDIS_URL,
        "DEFAULT_TIMEOUT": 600,
        "SERIALIZER": "rq.serializers.JSONSerializer",
        "COMMIT_MODE": "auto",
    }
    for name in ("default", "indexing", "images", "webhooks", "exports", "bodies")
}
RQ = {"WORKER_CLASS": "asyncops.worker.Worker", "JOB_CLASS": "asyncops.worker.NamedJob"}
RQ_SHOW_ADMIN_LINK = False

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "catalog",
    "asyncops",
    "django_rq",  # below asyncops, whose rqworker listens to all queues
    "syncapi",
]
MIDDLEWARE = [
    "syncapi.requestlog.RequestLog",
    "syncapi.slashes.MergeSlashes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False  # clients of the four dialects neither follow nor tolerate redirects
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

AUTH_USER_MODEL = "catalog.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["syncapi.auth.BearerToken"],
    "DEFAULT_PERMISSION_CLASSES": ["syncapi.auth.DenyAll"],  # a view says whom it lets in
    "DEFAULT_PARSER_CLASSES": ["syncapi.limits.JsonBody"],
    "DEFAULT_RENDERER_CLASSES": ["syncapi.limits.JsonAnswer"],
    "UNAUTHENTICATED_USER": None,
}

SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.1",
    "VERSION": "1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "docExpansion": "none", "validatorUrl": None},
}

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "bulkhead",
        "OPTIONS": {"socket_timeout": 0.2, "socket_connect_timeout": 0.2, "retry": Retry(NoBackoff(), 0)},
    },
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},  # when Redis is away
}


def _storage(name: str) -> dict[str, Any]:
    """One kind of files: a folder, or a prefix in the bucket."""
    if not S3_BUCKET:
        options: dict[str, Any] = {"location": str(Path(FILES_ROOT) / name), "allow_overwrite": True}
        if name == "media":
            options["base_url"] = MEDIA_URL
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    options = {"bucket_name": S3_BUCKET, "endpoint_url": S3_ENDPOINT or None, "location": name, "file_overwrite": True}
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


STORAGES = {
    "default": _storage("files"),
    "media": _storage("media"),
    "results": _storage("results"),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / ".local" / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008"]  # HSTS and the redirect belong to the proxy
