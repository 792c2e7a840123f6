"""Only what was painted changes: every other bit of the original is in the result."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFilter

from editor.imaging import composing
from editor.imaging.composing import Composed, compose
from editor.imaging.encoding import cut_frame
from editor.imaging.framing import Box, Frame, Size, frame_whole
from editor.imaging.reading import ReadPicture
from tests.imaging.profiles import ADOBE_RGB, rgb_profile
from tests.pictures import noise, painted_mask, photo

SIZE = (120, 90)
RED, BLUE = (255, 0, 0), (0, 0, 255)


def picture(image: Image.Image, profile: bytes | None = None) -> ReadPicture:
    return ReadPicture(image, profile, "PNG", "image/png")


def flat(colour: tuple[int, ...], size: tuple[int, int] = SIZE) -> Image.Image:
    return Image.new("RGBA" if len(colour) == 4 else "RGB", size, colour)


def whole(size: tuple[int, int], asked: str = "auto") -> Frame:
    return frame_whole(Size(*size), [asked], asked, None)


def composed_with(
    original: Image.Image,
    mask: Image.Image | None,
    answer: Image.Image,
    *,
    frame: Frame | None = None,
    feather: int = 0,
    profile: bytes | None = None,
) -> Composed:
    return compose(
        picture(original, profile),
        mask,
        picture(answer),
        frame or whole(original.size),
        feather,
    )


def same_outside(original: Image.Image, result: Image.Image, mask: Image.Image) -> bool:
    if original.mode != result.mode:
        original = original.convert(result.mode)
    outside = np.asarray(mask) == 0
    return bool((np.asarray(original)[outside] == np.asarray(result)[outside]).all())


@st.composite
def masks(draw: st.DrawFn, size: tuple[int, int]) -> Image.Image:
    shares = st.floats(-0.2, 1.2)
    mask = Image.new("L", size)
    for _blob in range(draw(st.integers(0, 3))):
        x, y = sorted((draw(shares), draw(shares))), sorted((draw(shares), draw(shares)))
        mask = ImageChops.lighter(mask, painted_mask(size, (x[0], y[0], x[1], y[1])))
    return mask


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_whatever_comes_back_every_unpainted_pixel_keeps_every_bit(data):
    size = (data.draw(st.integers(8, 90)), data.draw(st.integers(8, 90)))
    original = noise(*size, mode=data.draw(st.sampled_from(["RGB", "RGBA"])))
    mask = data.draw(masks(size))
    answer_size = (data.draw(st.integers(8, 120)), data.draw(st.integers(8, 120)))
    answer = noise(*answer_size, seed=2, mode=data.draw(st.sampled_from(["RGB", "RGBA"])))
    asked = data.draw(st.sampled_from(["auto", "64x64", "16:9", "1:2"]))
    result = compose(
        picture(original, data.draw(st.sampled_from([None, rgb_profile()]))),
        mask,
        picture(answer, data.draw(st.sampled_from([None, rgb_profile(ADOBE_RGB)]))),
        whole(size, asked),
        data.draw(st.integers(0, 30)),
    )
    assert result.image.size == size
    assert same_outside(original, result.image, mask)
    assert result.lock is not None
    assert result.lock.holds
    assert result.lock.outside_pixels == int((np.asarray(mask) == 0).sum())
    assert 0 <= result.lock.raw_changed_share <= 1


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
        leaking = original.image.copy()
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
        picture(photo(*SIZE)), None, picture(answer, rgb_profile()), whole(SIZE), feather=9
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
