"""The Celery app. Its settings, with their reasons, stand in settings.py."""

import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_init, setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanoedit_site.settings")

app = Celery("nanoedit")
app.config_from_object("django.conf:settings", namespace="CELERY")


@celeryd_init.connect
def be_patient(conf: Any, **_: object) -> None:
    """Give a worker the patience with its broker that a web request must not have."""
    conf.update(conf["in_workers"])


@setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """Celery sets no logging up when somebody listens here; its handlers would redact nothing."""
