"""Registers the application."""

from django.apps import AppConfig


class EditorConfig(AppConfig):
    """NanoEdit's one application."""

    name = "editor"
    verbose_name = "NanoEdit"

    def ready(self) -> None:
        """Keep the search of jobs in step with their tables; write down what others tell of."""
        # Models can be imported only now.
        from editor import account_acts  # noqa: PLC0415
        from editor.models import search_tables  # noqa: PLC0415

        search_tables.connect(self)
        account_acts.connect()
