"""Only what was painted changes: every other bit of the original is in the result."""

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageFilter

from editor.imaging import composing
from editor.imaging.composing import Blend, compose
from editor.imaging.encoding import cut_frame
from editor.imaging.framing import Box, Frame, Size
from editor.imaging.growing import grown
from tests.imaging.laying import BLUE, RED, SIZE, composed_with, flat, picture, same_outside, whole
from tests.imaging.profiles import rgb_profile
from tests.pictures import noise, painted_mask, photo


def test_the_answer_shows_inside_and_the_original_outside():
    mask = painted_mask(SIZE)
    result = composed_with(flat(RED), mask, flat(BLUE))
    assert result.image.getpixel((0, 0)) == RED
    assert result.image.getpixel((54, 45)) == BLUE
    painted = np.asarray(mask) == 255
    assert (np.asarray(result.image)[painted] == BLUE).all()


def test_the_originals_own_image_is_left_alone():
    original, answer, mask = (
        photo(90, 60, mode="RGBA"),
        photo(90, 60, seed=2),
        painted_mask((90, 60)),
    )
    before = original.tobytes(), answer.tobytes(), mask.tobytes()
    result = composed_with(original, mask, answer, feather=5)
    assert (original.tobytes(), answer.tobytes(), mask.tobytes()) == before
    assert answer.mode == "RGB"
    assert result.image is not original


def test_feathering_fades_from_the_edge_inwards():
    mask = Image.new("L", SIZE)
    mask.paste(255, (30, 0, 120, 90))
    row = np.asarray(composed_with(flat(RED), mask, flat(BLUE), feather=10).image)[45]
    assert tuple(row[29]) == RED
    assert tuple(row[60]) == BLUE
    blues = row[30:60, 2].astype(int)
    assert (np.diff(blues) >= 0).all()
    assert blues[0] < 80


def test_a_smaller_letterboxed_answer_lands_where_it_belongs():
    original = photo(400, 200)
    frame = whole(original.size, "128x128")
    answer = cut_frame(original, frame).filter(ImageFilter.BoxBlur(0))
    mask = painted_mask(original.size, (0.2, 0.2, 0.8, 0.8))
    result = composed_with(original, mask, answer, frame=frame)
    soft = original.resize((128, 64), Image.Resampling.LANCZOS).resize((400, 200))
    apart = np.asarray(result.image).astype(int) - np.asarray(soft)
    assert np.abs(apart[np.asarray(mask) == 255]).mean() < 6


def test_an_answer_of_another_size_than_was_sent_is_scaled_into_place():
    original = flat(RED, (400, 200))
    frame = whole(original.size, "128x128")
    answer = Image.new("RGB", (512, 512), (9, 9, 9))
    answer.paste((0, 255, 0), (0, 128, 256, 384))  # the left half of the picture
    answer.paste(BLUE, (256, 128, 512, 384))  # the right half
    mask = Image.new("L", original.size, 255)
    mask.paste(0, (0, 0, 3, 3))
    result = composed_with(original, mask, answer, frame=frame).image
    assert result.getpixel((100, 8)) == (0, 255, 0)
    assert result.getpixel((300, 190)) == BLUE


def test_only_the_frames_box_can_change():
    frame = Frame(Box(40, 30, 80, 60), Size(40, 30), Box(0, 0, 40, 30))
    everything = Image.new("L", SIZE, 255)
    result = composed_with(flat(RED), everything, flat(BLUE, (40, 30)), frame=frame).image
    assert result.getpixel((60, 45)) == BLUE
    outside = np.ones((90, 120), dtype=bool)
    outside[30:60, 40:80] = False
    assert (np.asarray(result)[outside] == RED).all()


def test_an_empty_mask_gives_the_original_back():
    original = photo(*SIZE)
    result = composed_with(original, Image.new("L", SIZE), flat(BLUE))
    assert result.image.tobytes() == original.tobytes()
    assert result.image is not original
    assert result.lock.outside_pixels == 120 * 90


def test_the_paint_can_be_made_larger_and_the_lock_follows():
    mask = painted_mask(SIZE)
    larger = compose(picture(flat(RED)), mask, picture(flat(BLUE)), whole(SIZE), Blend(grow=6))
    blue = (np.asarray(larger.image) == BLUE).all(axis=2)
    assert (blue == (np.asarray(grown(mask, 6)) == 255)).all()
    assert larger.lock.holds
    assert larger.lock.outside_pixels == int(np.count_nonzero(~blue))


def test_the_paint_can_be_made_smaller():
    mask = painted_mask(SIZE)
    smaller = compose(picture(flat(RED)), mask, picture(flat(BLUE)), whole(SIZE), Blend(grow=-6))
    blue = (np.asarray(smaller.image) == BLUE).all(axis=2)
    assert (blue == (np.asarray(grown(mask, -6)) == 255)).all()
    assert 0 < blue.sum() < (np.asarray(mask) == 255).sum()


def test_half_the_opacity_shows_both():
    result = compose(
        picture(flat(RED)), painted_mask(SIZE), picture(flat(BLUE)), whole(SIZE), Blend(opacity=0.5)
    )
    assert result.image.getpixel((54, 45)) == (127, 0, 128)
    assert result.image.getpixel((0, 0)) == RED


def test_a_number_in_place_of_the_blend_is_its_feather():
    mask, answer = painted_mask(SIZE), picture(flat(BLUE))
    by_number, by_name = (
        compose(picture(flat(RED)), mask, answer, whole(SIZE), blend).image
        for blend in (9, Blend(feather=9))
    )
    assert by_number.tobytes() == by_name.tobytes()


def test_working_in_bands_leaves_no_seams(monkeypatch):
    original, mask = photo(400, 300), painted_mask((400, 300), (0.1, 0.1, 0.9, 0.95))
    answer = photo(210, 160, seed=4)
    at_once = composed_with(original, mask, answer, feather=12).image
    monkeypatch.setattr(composing, "_BAND_PIXELS", 400 * 17)
    in_bands = composed_with(original, mask, answer, feather=12).image
    apart = np.asarray(at_once).astype(int) - np.asarray(in_bands)
    assert np.abs(apart).max() <= 2  # rounding
    assert np.abs(apart).mean() < 0.2


# Colours and transparency


def test_an_srgb_answer_is_brought_into_the_originals_colours():
    result = composed_with(
        flat((10, 10, 10)), painted_mask(SIZE), flat((200, 80, 80)), profile=rgb_profile()
    )
    assert result.icc_profile == rgb_profile()
    red, green, _blue = result.image.getpixel((54, 45))
    assert red < 197  # the larger space needs less red for the same colour
    assert green > 82
    assert result.image.getpixel((0, 0)) == (10, 10, 10)


def test_the_originals_transparency_is_kept_under_an_opaque_answer():
    original = photo(*SIZE, mode="RGBA")
    result = composed_with(original, painted_mask(SIZE), flat(BLUE), feather=6)
    assert result.image.getchannel("A").tobytes() == original.getchannel("A").tobytes()
    assert result.image.getpixel((54, 45))[:3] == BLUE


def test_something_painted_on_nothing_can_be_seen():
    result = composed_with(flat((0, 0, 0, 0)), painted_mask(SIZE), flat(BLUE))
    assert result.image.getpixel((54, 45)) == (*BLUE, 255)
    assert result.image.getpixel((0, 0)) == (0, 0, 0, 0)


def test_an_answer_that_cuts_a_hole_makes_the_picture_transparent_there():
    original = photo(*SIZE)
    result = composed_with(original, painted_mask(SIZE), flat((9, 9, 9, 0)), feather=8)
    assert result.image.mode == "RGBA"
    assert result.image.getpixel((54, 45))[3] == 0
    assert same_outside(original, result.image, painted_mask(SIZE))
    # Fading to nothing keeps the original's colour instead of drawing a dark fringe.
    values = np.asarray(result.image).astype(int)
    faint = (values[..., 3] > 20) & (values[..., 3] < 240)
    assert faint.any()
    assert np.abs(values[..., :3] - np.asarray(original))[faint].max() <= 2


def test_an_alpha_channel_of_the_answer_that_hides_nothing_changes_nothing():
    original = photo(*SIZE)
    opaque = flat((*BLUE, 255))
    result = composed_with(original, painted_mask(SIZE), opaque)
    assert result.image.mode == "RGB"


# The proof


def test_the_proof_is_measured_and_not_assumed(monkeypatch):
    """If the blend ever leaked, the proof would say so."""
    mask = painted_mask(SIZE)
    leaking = flat(BLUE)
    leaking.paste(RED, (0, 7, 120, 90))
    monkeypatch.setattr(composing, "_blended", lambda *_args: leaking)
    result = composed_with(flat(RED), mask, flat(BLUE))
    assert result.lock.changed_pixels == 7 * 120
    assert not result.lock.holds


def test_a_change_of_alpha_alone_breaks_the_lock(monkeypatch):
    mask = painted_mask(SIZE)

    def leaky(original, *_args):
        leaking = original.copy()
        leaking.putpixel((1, 1), (*leaking.getpixel((1, 1))[:3], 0))
        return leaking

    monkeypatch.setattr(composing, "_blended", leaky)
    result = composed_with(flat((*RED, 255)), mask, flat(BLUE))
    assert result.lock.changed_pixels == 1


def test_the_proof_tells_how_much_the_raw_answer_had_redrawn():
    original = photo(*SIZE)
    half = original.copy()
    half.paste(BLUE, (0, 0, 120, 45))
    mask = Image.new("L", SIZE)
    mask.paste(255, (0, 80, 120, 90))
    shares = [
        composed_with(original, mask, answer).lock.raw_changed_share
        for answer in (original, half, ImageChops.invert(original))
    ]
    assert shares[0] == 0
    assert shares[1] == pytest.approx(45 / 80, abs=0.06)
    assert shares[2] > 0.9


def test_the_proof_tells_how_much_of_the_painted_part_the_answer_changed():
    """A model that reads the mask the wrong way round changes the outside and not the inside."""
    original = photo(*SIZE)
    mask = painted_mask(SIZE)
    obeyed, reversed_ = original.copy(), flat(BLUE)
    obeyed.paste(BLUE, None, mask)
    reversed_.paste(original, None, mask)
    right, wrong = (composed_with(original, mask, image).lock for image in (obeyed, reversed_))
    assert right.inside_changed_share > 0.9
    assert right.raw_changed_share == 0
    assert wrong.inside_changed_share < 0.1
    assert wrong.raw_changed_share > 0.9


def test_redrawing_inside_the_mask_does_not_count_as_redrawn():
    original = photo(*SIZE)
    mask = painted_mask(SIZE)
    answer = original.copy()
    answer.paste(BLUE, None, mask)
    assert composed_with(original, mask, answer).lock.raw_changed_share == 0


def test_compression_noise_alone_is_no_visible_change():
    original = photo(1200, 900)
    frame = whole(original.size, "1024x1024")
    grain = noise(1024, 1024).point(lambda level: level % 5)
    answer = ImageChops.add(cut_frame(original, frame), grain)
    result = composed_with(original, painted_mask(original.size), answer, frame=frame)
    assert result.lock.raw_changed_share < 0.02


# Without a mask


def test_without_a_mask_the_answer_is_the_picture_at_its_own_size():
    answer = photo(200, 150)
    result = compose(
        picture(photo(*SIZE)), None, picture(answer, rgb_profile()), whole(SIZE), Blend(feather=9)
    )
    assert result.lock is None
    assert result.icc_profile == rgb_profile()
    assert result.image.tobytes() == answer.tobytes()
    assert result.image is not answer


def test_without_a_mask_the_padding_is_cut_away():
    result = composed_with(
        flat(RED, (400, 200)), None, flat(BLUE, (512, 512)), frame=whole((400, 200), "128x128")
    )
    assert result.image.size == (512, 256)


# Mistakes


def test_a_mask_of_another_size_is_refused():
    with pytest.raises(ValueError, match="mask"):
        composed_with(flat(RED), Image.new("L", (90, 120)), flat(BLUE))


def test_a_frame_outside_the_picture_is_refused():
    frame = Frame(Box(100, 0, 130, 30), Size(30, 30), Box(0, 0, 30, 30))
    with pytest.raises(ValueError, match="frame"):
        composed_with(flat(RED), painted_mask(SIZE), flat(BLUE), frame=frame)
