"""Photographs of 24 and 50 megapixels with little painted: the whole line, at full resolution."""

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from editor.masks import keep_mask
from editor.models import Attempt, EditJob, JobState, Result, UpstreamModel
from editor.offers import refresh_catalogue
from editor.pictures import kept
from editor.tasks import run_job
from editor.uploads import receive_picture
from tests.factories import make_job
from tests.pictures import encoded, painted_mask, photo

pytestmark = [pytest.mark.line, pytest.mark.django_db]

SMALL = (0.50, 0.40, 0.56, 0.47)


@pytest.mark.parametrize("size", [(6000, 4000), (8660, 5774)], ids=["24 megapixels", "50"])
def test_a_large_photo_is_changed_only_where_it_was_painted(alice, upstream, size):
    refresh_catalogue()
    model = UpstreamModel.objects.get(model_id="sandbox/inpaint-pro")
    file = SimpleUploadedFile("IMG_0001.JPG", encoded(photo(*size), "JPEG", quality=93))
    picture = receive_picture(alice, file)
    mask = painted_mask(size, SMALL)
    job = make_job(alice, picture=picture, model=model)
    EditJob.objects.filter(pk=job.pk).update(mask=keep_mask(picture, encoded(mask)))
    run_job(str(job.pk))
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.failure_sentence
    result, attempt = Result.objects.get(), Attempt.objects.get()
    assert (result.picture.width, result.picture.height) == size
    assert result.changed_pixels == 0
    left, top, right, bottom = attempt.frame["box"]
    assert attempt.frame["sent"] == [right - left, bottom - top], "its own pixels were sent"
    before, after = kept(picture).read().image, kept(result.picture).read().image
    assert_only_the_paint_differs(before, after, mask)


def assert_only_the_paint_differs(
    before: Image.Image, after: Image.Image, mask: Image.Image
) -> None:
    """Compare in bands, as both pictures as arrays at once would take a gigabyte."""
    inside = 0
    for top in range(0, mask.height, 500):
        band = (0, top, mask.width, min(mask.height, top + 500))
        differs = (np.asarray(before.crop(band)) != np.asarray(after.crop(band))).any(axis=2)
        painted = np.asarray(mask.crop(band)) > 0
        assert not (differs & ~painted).any()
        inside += int((differs & painted).sum())
    assert inside > 0, "and something was changed"
