"""Everything of one call under the ceiling together, and nobody shrunk away for the others."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from editor.imaging import steps
from editor.imaging.encoding import DoesNotFit, MaskDialect, encode_for_call, room_under
from editor.imaging.framing import Frame, Size, frame_whole
from editor.imaging.sharing import LEAST_SIDE, REFERENCE_SIDE, bounded, encode_together
from tests.imaging.profiles import rgb_profile
from tests.pictures import SECRET, encoded, exif_block, noise, painted_mask, photo

CEILING = 4_000_000


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def whole(image: Image.Image) -> Frame:
    return frame_whole(Size(*image.size), ["auto"], "auto", None)


def together(image, references, ceiling=CEILING, mask=None, dialect=MaskDialect.DUAL):
    return encode_together(image, mask, whole(image), dialect, ceiling, references)


def all_bytes(sent) -> int:
    return sent.byte_count + sum(len(reference.data) for reference in sent.references)


def test_without_references_everything_is_as_before():
    image, mask = photo(900, 700), painted_mask((900, 700))
    sent = together(image, [], 400_000, mask)
    assert sent == encode_for_call(image, mask, whole(image), MaskDialect.DUAL, 400_000)
    assert sent.references == ()


def test_small_pictures_all_go_losslessly_and_in_their_order():
    references = [photo(300, 200, seed=2), photo(80, 60, seed=3), photo(200, 300, seed=4)]
    sent = together(photo(320, 240), references)
    assert sent.image_mime == "image/png"
    assert [reference.size for reference in sent.references] == [(300, 200), (80, 60), (200, 300)]
    for reference, given_one in zip(sent.references, references, strict=True):
        assert opened(reference.data).tobytes() == given_one.tobytes()


def test_what_the_picture_does_not_need_goes_to_the_references():
    large = noise(1000, 900)
    beside_small, beside_large = (
        together(image, [large], 1_500_000) for image in (photo(100, 80), noise(1400, 1200))
    )
    assert len(beside_small.references[0].data) > 1.3 * len(beside_large.references[0].data)


def test_what_a_small_reference_leaves_goes_to_a_large_one():
    alone, beside = (
        together(noise(1400, 1200), references, 1_000_000).references[0]
        for references in ([noise(900, 900)], [noise(900, 900), photo(40, 30)])
    )
    assert len(beside.data) > 0.7 * len(alone.data)


def test_what_references_leave_goes_back_to_the_picture():
    image, small = photo(2600, 1900), photo(64, 48)
    alone = together(image, [], 1_000_000)
    beside = together(image, [small] * 3, 1_000_000)
    assert beside.byte_count > 0.75 * alone.byte_count
    assert beside.size == alone.size


@pytest.mark.parametrize("count", [1, 15])
def test_nobody_is_shrunk_away_for_the_sake_of_the_others(count):
    """The worst case: each of them would take the whole room for itself."""
    image, ceiling = noise(800, 600), 1_000_000
    references = [noise(700, 500, seed=seed) for seed in range(2, 2 + count)]
    sent = together(image, references, ceiling, painted_mask(image.size))
    share = room_under(ceiling) / (count + 2)
    assert sent.byte_count > share
    assert all(len(reference.data) > share / 2 for reference in sent.references)
    assert all(min(reference.size) > 100 for reference in sent.references)


@settings(max_examples=25, deadline=None)
@given(
    size=st.tuples(st.integers(8, 400), st.integers(8, 400)),
    sizes=st.lists(st.tuples(st.integers(8, 400), st.integers(8, 400)), max_size=4),
    mode=st.sampled_from(["RGB", "RGBA"]),
    kind=st.sampled_from([photo, noise]),
    dialect=st.sampled_from(MaskDialect),
    ceiling=st.integers(30_000, 400_000),
)
def test_everything_stays_under_the_ceiling_and_says_truly_what_it_is(
    size, sizes, mode, kind, dialect, ceiling
):
    references = [kind(*each, mode=mode) for each in sizes]
    sent = together(kind(*size, mode=mode), references, ceiling, painted_mask(size), dialect)
    assert all_bytes(sent) <= room_under(ceiling)
    assert len(sent.references) == len(references)
    for reference, given_one in zip(sent.references, references, strict=True):
        shown = opened(reference.data)
        assert shown.size == reference.size
        assert Image.MIME[shown.format] == reference.mime
        assert max(reference.size) <= max(given_one.size)
        assert min(reference.size) >= LEAST_SIDE
    assert opened(sent.image).size == sent.size
    if sent.mask:
        assert opened(sent.mask).size == sent.size


@pytest.mark.parametrize(
    ("size", "becomes"),
    [((4000, 3000), (2048, 1536)), ((300, 200), (300, 200)), ((20_000, 20), (2048, 8))],
)
def test_a_reference_is_brought_to_a_size_that_models_can_use(size, becomes):
    assert bounded(Image.new("RGB", size)).size == becomes
    assert max(becomes) <= REFERENCE_SIDE


def test_a_ceiling_too_low_for_anything_is_an_honest_error():
    with pytest.raises(DoesNotFit):
        together(photo(), [photo()], 60)


def test_references_are_upright_in_srgb_and_without_metadata():
    turned = encoded(
        photo(400, 300), "JPEG", exif=exif_block(6, private=True), icc_profile=rgb_profile()
    )
    picture = encoded(photo(200, 200))
    sent = steps.prepare(
        steps.Kept(picture, Size(200, 200)),
        None,
        frame_whole(Size(200, 200), ["auto"], "auto", None),
        MaskDialect.NONE,
        CEILING,
        references=[steps.Kept(turned, Size(300, 400))],
    )
    (reference,) = sent.references
    assert reference.size == (300, 400)
    assert SECRET.encode() not in reference.data
    shown = opened(reference.data)
    assert len(shown.getexif()) == 0
    assert "icc_profile" not in shown.info
    plain = np.asarray(opened(turned).convert("RGB").transpose(Image.Transpose.ROTATE_270))
    # A wider colour space than sRGB: the same colours need stronger values there.
    assert np.abs(np.asarray(shown).astype(int) - plain).max() > 5
