"""Copies of NanoEdit that run as people run them."""

import pytest

from tests.line.running import Person, RunningApp


@pytest.fixture
def start_app(fill_data_folder):
    """Start copies with settings of their own; all are stopped afterwards."""
    apps = []

    def start(**settings: str) -> RunningApp:
        app = RunningApp(settings)
        apps.append(app)
        if "DATABASE_URL" not in settings:
            fill_data_folder(app.folder / "var")
        return app.start()

    yield start
    for app in apps:
        app.remove()


@pytest.fixture
def sign_up():
    """Make the first account of a copy and give its person."""
    return lambda app: Person(app).sign_up()
