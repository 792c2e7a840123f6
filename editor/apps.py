"""Registers the application."""

from django.apps import AppConfig


class EditorConfig(AppConfig):
    """NanoEdit's one application."""

    name = "editor"
    verbose_name = "NanoEdit"
