"""Wiring only. Loading it binds Celery's shared tasks to our app."""

from nanoedit_site.celery import app as celery_app

__all__ = ["celery_app"]
