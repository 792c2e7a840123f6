"""The web process before its first page."""

import gc

import pytest

from nanoedit_site.asgi import settle


@pytest.fixture
def _thaw():
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("_thaw")
def test_what_is_loaded_for_good_is_not_gone_through_again():
    before = gc.get_freeze_count()
    settle()
    assert gc.get_freeze_count() > before + 100_000
    assert len(gc.get_objects()) < 50_000
