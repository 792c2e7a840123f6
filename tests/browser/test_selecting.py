"""Selecting by the picture itself: wand, bucket, quick selection, and masks as files."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests.pictures import encoded

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SIZE = (1200, 800)
HORIZON = 400
HOUSE = (700, 250, 1000, 700)
SUN = (80, 60, 240, 220)


def drawn() -> Image.Image:
    """A blue sky with a sun, green ground, and a red house before both; all a little grainy."""
    image = Image.new("RGB", SIZE, (110, 160, 220))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, HORIZON, *SIZE), fill=(80, 140, 60))
    draw.ellipse(SUN, fill=(250, 220, 90))
    draw.rectangle(HOUSE, fill=(190, 60, 50))
    grain = np.random.default_rng(3).normal(0, 4, (SIZE[1], SIZE[0], 3))
    return Image.fromarray((np.asarray(image) + grain).clip(0, 255).astype(np.uint8))


def region(*boxes: tuple[int, int, int, int]) -> np.ndarray:
    """True inside the boxes."""
    inside = np.zeros((SIZE[1], SIZE[0]), bool)
    for left, top, right, bottom in boxes:
        inside[top:bottom, left:right] = True
    return inside


def sun() -> np.ndarray:
    """True inside the sun."""
    disc = Image.new("1", SIZE)
    ImageDraw.Draw(disc).ellipse(SUN, fill=1)
    return np.asarray(disc, dtype=bool)


SKY = region((0, 0, SIZE[0], HORIZON)) & ~region((700, 250, 1001, 701)) & ~sun()


def overlap(found: np.ndarray, wanted: np.ndarray) -> float:
    """How much of both is common to both, 1 = all of it."""
    return float((found & wanted).sum() / (found | wanted).sum())


class Hand:
    """Alice at the studio; places are pixels of the picture."""

    def __init__(self, page) -> None:
        self.page = page
        paper = page.locator("[data-stage-paper]").bounding_box()
        self.left, self.top, self.scale = paper["x"], paper["y"], paper["width"] / SIZE[0]

    def at(self, place: tuple[int, int]) -> tuple[float, float]:
        return self.left + place[0] * self.scale, self.top + place[1] * self.scale

    def click(self, *place: int, button: str = "left") -> None:
        self.page.mouse.click(*self.at((place[0], place[1])), button=button)

    def drag(self, *places: tuple[int, int]) -> None:
        self.page.mouse.move(*self.at(places[0]))
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*self.at(place), steps=4)
        self.page.mouse.up()

    def hears(self, words: str) -> None:
        expect(self.page.locator("[data-stage-told]")).to_contain_text(words, timeout=60_000)

    def mask(self) -> np.ndarray:
        """The mask as its export has it."""
        return np.asarray(Image.open(io.BytesIO(self.export())))

    def export(self) -> bytes:
        with self.page.expect_download() as download:
            self.page.keyboard.press("Shift+E")
        assert download.value.suggested_filename == "house-mask.png"
        return download.value.path().read_bytes()


@pytest.fixture
def hand(page, complaints):
    page.goto("/")
    file = {"name": "house.png", "mimeType": "image/png", "buffer": encoded(drawn())}
    page.locator("input[name=files]").set_input_files([file])
    page.wait_for_url(re.compile(r"/pictures/[0-9a-f-]{36}/$"))
    expect(page.locator("[data-studio]")).to_have_attribute("data-ready", "yes")
    return Hand(page)


def test_alice_selects_by_the_picture_and_takes_the_mask_out_and_in_again(hand):
    page, keys = hand.page, hand.page.keyboard
    # The wand takes the sky, without pinholes from the grain, and leaves house and sun out.
    keys.press("w")
    hand.click(400, 100)
    hand.hears("Selected 43")
    sky = hand.mask()
    assert overlap(sky > 127, SKY) > 0.99
    assert (sky[20:200, 300:600] == 255).all()
    # With the right button it gives the colour back; one step brings it back.
    hand.click(400, 100, button="right")
    hand.hears("Unselected")
    assert not hand.mask().any()
    keys.press("Control+z")
    assert (hand.mask() == sky).all()
    keys.press("Shift+C")
    # The bucket fills what a painted ring encloses, and empties the whole painted area.
    keys.press("b")
    hand.drag((200, 500), (500, 500), (500, 700), (200, 700), (200, 500))
    ring = (hand.mask() > 127).sum()
    keys.press("g")
    hand.click(350, 600)
    hand.hears("Filled")
    filled = hand.mask()
    assert (filled[500:700, 200:500] == 255).all()
    assert (filled > 127).sum() > 1.5 * ring
    assert not filled[:, 800:].any()
    hand.click(350, 600, button="right")
    hand.hears("Emptied")
    assert not hand.mask().any()
    # A scribble over the house, and its outline is selected; the server confirms it.
    keys.press("q")
    hand.drag((780, 320), (920, 420), (780, 520), (900, 640))
    hand.hears("Refined. The mask covers")
    house = hand.export()
    found = np.asarray(Image.open(io.BytesIO(house)))
    assert overlap(found > 127, region(HOUSE)) > 0.96
    # What came out goes in again, exactly.
    keys.press("Shift+C")
    keys.press("Shift+O")
    file = {"name": "house-mask.png", "mimeType": "image/png", "buffer": house}
    page.locator("[data-import-file]").set_input_files([file])
    expect(page.locator("[data-import-words]")).to_contain_text("It covers")
    page.get_by_role("button", name="Take this mask").click()
    hand.hears("Mask taken.")
    assert (hand.mask() == found).all()


def test_masks_of_any_polarity_and_size_come_in_and_bad_files_lose_nothing(hand):
    page = hand.page
    keys = page.keyboard
    hand.drag((600, 100), (620, 100))
    before = hand.mask()
    dialog = page.locator("[data-import-dialog]")

    def choose(name: str, data: bytes) -> None:
        file = {"name": name, "mimeType": f"image/{name.rpartition('.')[2]}", "buffer": data}
        page.locator("[data-import-file]").set_input_files([file])

    keys.press("Shift+O")
    choose("nonsense.png", b"nonsense")
    expect(dialog).to_contain_text("This file cannot be read as a picture.")
    choose("tall.png", encoded(Image.new("L", (800, 1200), 255)))
    expect(dialog).to_contain_text("This mask is 800 × 1200 pixels, the picture 1200 × 800.")  # noqa: RUF001
    expect(page.get_by_role("button", name="Take this mask")).to_be_disabled()
    keys.press("Escape")
    assert (hand.mask() == before).all()
    # A picture with a hole: what is transparent may change. It is half the size.
    holed = drawn().resize((600, 400)).convert("RGBA")
    holed.paste((0, 0, 0, 0), (100, 100, 300, 200))
    keys.press("Shift+O")
    choose("hole.webp", encoded(holed, "WEBP", lossless=True))
    expect(dialog).to_contain_text("It covers 8.")
    expect(dialog.get_by_label("What is transparent may change")).to_be_checked()
    dialog.get_by_text("Add", exact=True).click()
    page.get_by_role("button", name="Take this mask").click()
    hand.hears("Mask taken.")
    added = hand.mask()
    assert overlap(added > 127, region((200, 200, 600, 400)) | (before > 127)) > 0.98
    # The other reading, cut with what is painted, leaves only the stroke.
    keys.press("Shift+O")
    choose("hole.webp", encoded(holed, "WEBP", lossless=True))
    dialog.get_by_label("What is not transparent may change").check()
    expect(dialog).to_contain_text("It covers 9")
    dialog.get_by_text("Intersect", exact=True).click()
    page.get_by_role("button", name="Take this mask").click()
    hand.hears("Mask taken.")
    assert overlap(hand.mask() > 127, before > 127) > 0.98
