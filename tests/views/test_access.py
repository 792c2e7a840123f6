"""Who sees what of another's, beyond what the walk over every address asks (test_who_may.py)."""

import pytest
from django.urls import reverse

from tests.views.world import belongings_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def belongings(alice):
    """One of everything that Alice can own."""
    return belongings_of(alice)


def test_rita_sees_pictures_but_does_not_open_other_peoples_studios(ritas, belongings):
    picture = belongings["pictures"]
    assert ritas.get(reverse("editor:picture_thumb", args=[picture])).status_code == 200
    assert ritas.get(reverse("editor:picture_preview", args=[picture])).status_code == 200
    assert ritas.get(reverse("editor:mask_file", args=[belongings["masks"]])).status_code == 200
    assert ritas.get(reverse("editor:studio", args=[picture])).status_code == 404
    assert ritas.get(reverse("editor:job", args=[belongings["jobs"]])).status_code == 404


def test_rita_does_not_get_the_original_bytes(ritas, belongings):
    address = reverse("editor:picture_original", args=[belongings["pictures"]])
    assert ritas.get(address).status_code == 404


def test_a_deleted_picture_is_gone_for_its_owner_too(alices, belongings):
    picture = belongings["pictures"]
    assert alices.post(reverse("editor:picture_delete", args=[picture])).status_code == 302
    for name in ("studio", "picture_thumb", "picture_original"):
        assert alices.get(reverse(f"editor:{name}", args=[picture])).status_code == 404
