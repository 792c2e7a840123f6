"""The picture that models are tested with, and how a difference is drawn for people."""

import io

import numpy as np
import pytest
from PIL import Image, ImageChops

from editor.imaging import steps
from editor.imaging.comparing import Comparison
from editor.imaging.encoding import encode_kept_mask, encode_master
from editor.imaging.framing import Box, Frame, Size
from editor.imaging.heat import heat_of
from editor.imaging.probe import PAINTED, SIDE, probe_mask, probe_picture
from editor.imaging.reading import Limits, ReadPicture

WHOLE = Frame(Box(0, 0, SIDE, SIDE), Size(SIDE, SIDE), Box(0, 0, SIDE, SIDE))


def read(image: Image.Image) -> ReadPicture:
    return ReadPicture(image, None, "PNG", "image/png")


def compared(answer: Image.Image) -> Comparison:
    return Comparison(read(probe_picture()), read(answer), probe_mask(), WHOLE)


def test_redrawing_it_as_models_do_changes_next_to_nothing_visibly():
    moved = ImageChops.offset(probe_picture(), 3, -2)
    tinted = moved.point([min(255, level + 4) for level in range(256)] * 3)
    buffer = io.BytesIO()
    tinted.save(buffer, "JPEG", quality=85)
    inside_out = compared(Image.open(buffer).convert("RGB")).changed_shares()
    assert max(inside_out) < 0.02


@pytest.mark.parametrize("colour", [(150, 60, 45), (128, 128, 128), (255, 255, 255), (0, 0, 0)])
def test_whatever_is_drawn_there_differs_nearly_everywhere(colour):
    painted = probe_picture()
    painted.paste(colour, PAINTED)
    outside, inside = compared(painted).changed_shares()
    assert inside > 0.93
    assert outside < 0.005
    everywhere = Image.new("RGB", painted.size, colour)
    outside, inside = compared(everywhere).changed_shares()
    assert min(inside, outside) > 0.9, "inside and outside are alike"


def test_the_heat_is_where_the_difference_is_and_grows_with_it():
    answer = probe_picture()
    answer.paste((255, 255, 255), PAINTED)
    faint = Box(100, 700, 300, 900)
    part = answer.crop(faint)
    answer.paste(part.point([min(255, level + 14) for level in range(256)] * 3), faint)
    heat = heat_of(compared(answer))
    drawn = np.asarray(heat.difference.resize((SIDE, SIDE))).astype(int)
    red, green, blue = drawn[400, 700]
    assert red > 200
    assert green < 60
    assert blue < 60
    assert drawn[800, 200][1] > 180, "a little is yellow"
    assert np.ptp(drawn[500, 200]) <= 2, "what did not change is grey"
    assert heat.answer.size == heat.difference.size
    rim = np.asarray(heat.difference) == 255
    assert rim.all(axis=2).sum() > 500, "the mask's rim is drawn"


def test_the_step_gives_both_as_small_files_for_the_page():
    answer = probe_picture()
    answer.paste((200, 30, 30), PAINTED)
    kept = steps.Kept(encode_master(probe_picture(), None), Size(SIDE, SIDE))
    sent = steps.Answer(encode_master(answer, None), WHOLE, Limits(10**8, 10**8))
    for shown in steps.heat(kept, encode_kept_mask(probe_mask()), sent):
        image = Image.open(io.BytesIO(shown))
        assert image.format == "WEBP"
        assert image.width == image.height
        assert len(shown) < 200_000
