"""Django's settings. One file; its defaults run a fresh clone with no outside service.

Everything a person may set is read and checked by `env.py`; here it only takes the
names that Django and the packages expect.
"""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlsplit

import dj_database_url
from botocore.config import Config
from csp.constants import NONE, SELF

from nanoedit_site.account_settings import account_settings, oidc_settings
from nanoedit_site.addresses import origin_of
from nanoedit_site.celery import app as celery_app  # noqa: F401  binds the shared tasks to it
from nanoedit_site.env import ROOT, read_environment
from nanoedit_site.logs import logging_settings, secrets_among
from nanoedit_site.static_storage import tree_hash

ENV = read_environment()

BASE_DIR = ROOT
DEBUG = ENV.debug
SECRET_KEY = ENV.secret_key
FIELD_KEYS = ENV.field_keys  # seal secrets in the database, newest first: editor/sealing.py
ALLOWED_HOSTS = list(ENV.hosts)
CSRF_TRUSTED_ORIGINS = [
    f"https://{host.replace('*.', '').removeprefix('.') if host != '*' else '*'}"
    for host in ENV.hosts
    if ENV.https
]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "editor",
]

MIDDLEWARE = [
    "nanoedit_site.request_ids.RequestIds",
    "nanoedit_site.callers.Callers",
    "nanoedit_site.browser_rules.BrowserRules",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "editor.views.guards.SessionsAreSeen",
    "editor.views.guards.StaffTakeASecondStep",
    "editor.views.guards.OwnPagesStayPrivate",
    "editor.views.storage_away.StorageMayBeAway",
]

ROOT_URLCONF = "nanoedit_site.urls"
WSGI_APPLICATION = "nanoedit_site.wsgi.application"

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
                "editor.views.shared.every_page",
            ],
        },
    }
]

# Database. SQLite needs IMMEDIATE: with Django's deferred default, processes that read
# and then write run into "database is locked" at once. FULL: with NORMAL a power cut
# could undo the intent of a paid call after the call was made.
DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(ENV.database_url, conn_max_age=60, conn_health_checks=True)
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
            "PRAGMA busy_timeout=20000; PRAGMA foreign_keys=ON"
        ),
    }
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = False  # there is no server that could be gone
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Files. Nothing is ever served by the storage's own address: see editor/views/files.py.
if ENV.s3:
    MEDIA_STORAGE: dict[str, Any] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": ENV.s3.bucket,
            "endpoint_url": ENV.s3.endpoint_url,
            "region_name": ENV.s3.region,
            "access_key": ENV.s3.access_key_id,
            "secret_key": ENV.s3.secret_access_key,
            "default_acl": None,
            "file_overwrite": True,  # our names are unique, and a repeat must hit the same one
            "querystring_auth": True,
            "querystring_expire": 600,
            # Given a config of its own, django-storages ignores its signature and
            # addressing options, so both stand here.
            "client_config": Config(
                signature_version="s3v4",
                s3={"addressing_style": "path" if ENV.s3.endpoint_url else "auto"},
                connect_timeout=3,
                read_timeout=10,
                retries={"mode": "standard", "total_max_attempts": 3},
                request_checksum_calculation=cast("Any", ENV.s3.checksums),
                response_checksum_validation=cast("Any", ENV.s3.checksums),
            ),
        },
    }
else:
    MEDIA_ROOT = ENV.data_dir / "media"
    MEDIA_STORAGE = {
        "BACKEND": "editor.storage.DurableFiles",
        "OPTIONS": {
            "location": MEDIA_ROOT,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }
# Paid answers, for as long as the database does not take them: see editor/spool.py.
ANSWERS_DIR = ENV.data_dir / "answers"
# Archives while they are packed, and for how long they are kept: see editor/packing.py.
PACKING_DIR = ENV.data_dir / "packing"
ARCHIVE_HOURS = ENV.archive_hours
STORAGES = {
    "default": MEDIA_STORAGE,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Static files come straight from their folders, under a prefix that changes with their
# content, so browsers may keep them for ever and no build or collect step exists.
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_URL = "/static/" if DEBUG else f"/static/{tree_hash(BASE_DIR / 'static')}/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_IMMUTABLE_FILE_TEST = "^(?!)" if DEBUG else ""

# Uploads
MAX_UPLOAD_BYTES = ENV.max_upload_bytes
MAX_PIXELS = ENV.max_pixels
# Several files of a form without script together, and some room for its fields.
MAX_REQUEST_BYTES = 4 * MAX_UPLOAD_BYTES + 1_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 3_000_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000  # the admin's change lists post many

# The upstream
NANOGPT_BASE_URL = ENV.base_url
NANOGPT_API_KEY = ENV.api_key
NANOGPT_AUTH = ENV.auth
NANOGPT_TIMEOUT_SECONDS = ENV.timeout_seconds
NANOGPT_MAX_BODY_BYTES = ENV.max_body_bytes
NANOGPT_RESULT_ORIGINS = ENV.result_origins
NANOGPT_MAX_CALLS = ENV.max_calls
NANOGPT_CALLS_PER_SECOND = ENV.calls_per_second
SANDBOX_IN_USE = ENV.sandbox_in_use
OWN_KEYS = ENV.own_keys

# Who may read /metrics from elsewhere; empty: nobody but this machine.
METRICS_TOKEN = ENV.metrics_token

# Whether people may make share links, and whether those that there are open.
SHARING = ENV.sharing

# The operator's rule for calls without an answer; off unless both are set.
PAY_AGAIN_CODES = ENV.pay_again_codes
PAY_AGAIN_UP_TO_NANO = ENV.pay_again_up_to_nano

# Staff are told when less is left on the upstream account; 0: never.
BALANCE_FLOOR_NANO = ENV.balance_floor_nano

# After so many days in the trash, pictures and edits are erased; 0: never by themselves.
TRASH_DAYS = ENV.trash_days

# When results are shown to their owner, and how many of them staff look at as a sample.
PUBLISH = ENV.publish
REVIEW_SAMPLE_PERCENT = ENV.review_sample_percent

# The paid-call machine
LEASE_SECONDS = 30.0  # how long a job stays taken without a sign of life from its worker
HEARTBEAT_SECONDS = 5.0
SWEEP_SECONDS = 0.25 if ENV.broker_in_process else 5.0
HINTS_REACH_WORKERS = not ENV.broker_in_process
CATALOGUE_SECONDS = 6 * 3600.0

# Accounts
globals().update(account_settings(ENV))
REGISTRATION = ENV.registration
STAFF_MFA = ENV.staff_mfa
OIDC_NAME = ENV.oidc.name if ENV.oidc else ""
SOCIALACCOUNT_PROVIDERS = oidc_settings(ENV.oidc)
MAIL_IS_SENT = ENV.mail_server is not None
PROXIES = ENV.proxies

# What all processes count together (throttles) lies in the database; the rest in each memory.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "editor_cacheentry",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "memory": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# What the browser is told
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "blob:", "data:"],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
# Links that browsers may follow to the bucket, for small renditions: editor/signed_links.py.
S3_SIGNED_LINKS = ENV.s3.signed_links if ENV.s3 else False
if ENV.s3 and S3_SIGNED_LINKS and ENV.s3.endpoint_url:
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"].append(
        origin_of(urlsplit(ENV.s3.endpoint_url))
    )
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
# Browsers share cookies between ports of one host: copies that run side by side on one
# machine would otherwise log each other out.
SESSION_COOKIE_NAME = f"nanoedit_session_{ENV.port}"
CSRF_COOKIE_NAME = f"nanoedit_csrf_{ENV.port}"
DEVICE_COOKIE_NAME = f"nanoedit_device_{ENV.port}"
if ENV.https:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-nanoedit_session"
    CSRF_COOKIE_NAME = "__Host-nanoedit_csrf"
    DEVICE_COOKIE_NAME = "__Host-nanoedit_device"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
FORMAT_MODULE_PATH = "nanoedit_site.formats"
USE_TZ = True

# Celery. The row is the queue and the result; a message is a hint that may get lost,
# come late or come twice. Hence no result backend, no retries, no late schedule. Every
# setting that a paid call depends on is said, also where it is Celery's default today.
CELERY_BROKER_URL = ENV.broker_url
CELERY_IMPORTS = ["editor.tasks", "editor.recovery"]
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True

# Messages: a task's name and a row's id.
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]  # never pickle from a broker
CELERY_TASK_IGNORE_RESULT = True  # the row is the result
CELERY_RESULT_BACKEND = None
# One queue under our own name, as brokers are shared. A second one for free steps would
# gain nothing: whoever made the call keeps its answer in the same thread.
CELERY_TASK_DEFAULT_QUEUE = "nanoedit"
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_TASK_PUBLISH_RETRY = False  # the sweep is the retry

# Repeats. None of these prevents a second delivery, which a broker may always make; the
# claim in the database does. They keep such repeats rare.
CELERY_TASK_ACKS_LATE = False  # `keep_results`, which is free to repeat, says otherwise
CELERY_TASK_REJECT_ON_WORKER_LOST = False  # what kills a worker would go round in circles
CELERY_TASK_RETRY_ON_WORKER_LOST = False
CELERY_TASK_ACKS_ON_FAILURE = True  # a failure is in the row
CELERY_TASK_ACKS_ON_TIMEOUT = True
# The pool of threads has no time limits; the client's own deadline ends a call.
CELERY_TASK_TIME_LIMIT = None
CELERY_TASK_SOFT_TIME_LIMIT = None

# Workers
CELERY_WORKER_POOL = "threads"  # calls wait for the network, and TERM lets them finish
CELERY_WORKER_CONCURRENCY = ENV.worker_concurrency  # the true ceiling is the gate's
CELERY_WORKER_PREFETCH_MULTIPLIER = 1  # nothing is hoarded behind a call of minutes
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 0.0  # TERM waits for every call; no clock cuts it short
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False  # would cut paid calls
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # no queues that anybody may send "revoke" to
CELERY_WORKER_SEND_TASK_EVENTS = False  # people and metrics read rows
CELERY_TASK_SEND_SENT_EVENT = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False  # our redaction stays in front of every handler

# The broker may be away at any time, and may be started after us.
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_RETRY = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # the default gives up after 100
CELERY_BROKER_POOL_LIMIT = 10
# A request must never wait for a broker: its row is committed, and the sweep will hint.
CELERY_BROKER_CONNECTION_TIMEOUT = 1.0
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {}
# What differs in workers, which may wait: nanoedit_site/celery.py puts it in place.
CELERY_IN_WORKERS: dict[str, Any] = {"broker_connection_timeout": 4.0}
if ENV.broker_in_process:
    CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.05}  # a quarter of a core at 0.001
elif ENV.broker_url.startswith("redis"):
    # Redis keeps what a worker holds and gives it out again after the visibility timeout:
    # longer than a call (240 s) and a worker's stop (300 s) together. All programs on one
    # database share the shortest, so give NanoEdit a database number of its own.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 900,
        "unacked_restore_interval": 10,  # look for such messages every 10 polls …
        "unacked_restore_throttle": 1,  # … at most once a second
        "socket_timeout": 2,  # without it a publish waits for ever on a dead connection
        "socket_connect_timeout": 1,
        "socket_keepalive": True,
        "health_check_interval": 25,  # finds connections that a firewall has forgotten
        "global_keyprefix": "nanoedit:",
        "max_retries": 0,  # the sweep is the retry
    }
    CELERY_WORKER_DISABLE_PREFETCH = True  # takes a message only when a thread is free
    CELERY_IN_WORKERS["broker_transport_options"] = {
        # A worker blocks in BRPOP, so its reads must last longer than a web process's.
        **CELERY_BROKER_TRANSPORT_OPTIONS,
        "socket_timeout": 10,
    }
elif ENV.broker_url.startswith("amqp"):
    # Quorum queues survive the loss of a node, and RabbitMQ has no other replicated kind.
    # They drop a message after 20 deliveries, which is no harm to a hint.
    CELERY_TASK_DEFAULT_QUEUE_TYPE = "quorum"
    CELERY_TASK_CREATE_MISSING_QUEUE_TYPE = "quorum"
    CELERY_WORKER_DETECT_QUORUM_QUEUES = True  # they refuse the global prefetch count
    CELERY_BROKER_HEARTBEAT = 30  # finds dead connections within a minute
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "confirm_publish": True,  # else a hint may vanish and still look sent
        "read_timeout": 2,
        "write_timeout": 2,
        "max_retries": 0,  # without it a publish tries to connect for ever
    }
    CELERY_IN_WORKERS["broker_transport_options"] = {
        **CELERY_BROKER_TRANSPORT_OPTIONS,
        "read_timeout": 10,
        "write_timeout": 10,
    }

# One line per record, cleaned of everything that is secret to this server.
LOGGING = logging_settings(
    secrets_among(
        (
            "" if ENV.sandbox_in_use else ENV.api_key,
            ENV.secret_key,
            *ENV.field_keys,
            ENV.metrics_token,
            ENV.database_url,
            ENV.broker_url,
            ENV.s3.secret_access_key if ENV.s3 else "",
            ENV.mail_server.password if ENV.mail_server else "",
            ENV.oidc.client_secret if ENV.oidc else "",
        )
    )
)
