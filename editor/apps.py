"""Registers the application."""

from django.apps import AppConfig


class EditorConfig(AppConfig):
    """NanoEdit's one application."""

    name = "editor"
    verbose_name = "NanoEdit"

    def ready(self) -> None:
        """Keep the search of jobs in step with their tables."""
        from editor.models import search_tables  # noqa: PLC0415, models can be imported only now

        search_tables.connect(self)
