"""The Celery app. Its settings, with their reasons, stand in settings.py."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanoedit_site.settings")

app = Celery("nanoedit")
app.config_from_object("django.conf:settings", namespace="CELERY")
