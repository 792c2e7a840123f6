"""Pictures to send along, chosen, dropped and taken out again in the studio."""

import base64

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_line import upload
from tests.factories import picture_bytes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

CHOSEN, TILE = ".references__lent", ".references__tile"
THREE_MORE, NONE = "sandbox/collage-4", "sandbox/square-lite"


@pytest.fixture
def studio(page: Page, complaints) -> Page:
    """A studio with a model that takes three more pictures."""
    for side in (90, 110, 130):
        upload(page, picture_bytes((side, 80)))
    upload(page, picture_bytes((640, 480)))
    expect(page.locator("[data-studio][data-ready]")).to_be_attached()
    choose_model(page, THREE_MORE)
    return page


def choose_model(page: Page, model_id: str) -> None:
    # By its key: the panel moves while the row of references comes and goes.
    page.press("[data-model-open]", "Enter")
    page.click(f"[data-model='{model_id}'] button")


def sent(page: Page) -> list[str]:
    """Return what the form would send along."""
    return page.evaluate("new FormData(document.getElementById('wish')).getAll('references')")


def tick(page: Page, *numbers: int) -> list[str]:
    """Choose pictures by their places on the wall; give their ids."""
    ids = []
    for number in numbers:
        tile = page.locator(TILE).nth(number)
        tile.locator("label").click()
        ids.append(tile.locator("input").input_value())
    return ids


def test_they_are_numbered_in_the_order_in_which_they_were_chosen(studio):
    studio.click(".references summary")
    ids = tick(studio, 2, 0, 1)
    assert sent(studio) == ids
    expect(studio.locator("[data-references-count]")).to_have_text("3 of 3")
    expect(studio.locator(".references__number")).to_have_text(["2", "3", "4"])
    if studio.locator(TILE).count() > 3:
        expect(studio.locator(f"{TILE} input:not(:checked)").first).to_be_disabled()
    studio.click("[aria-label^='Remove picture 2']")
    assert sent(studio) == ids[1:]
    expect(studio.locator(f"{TILE} input").nth(2)).not_to_be_checked()


def test_a_model_that_takes_one_picture_shows_no_row_and_sends_none(studio):
    studio.click(".references summary")
    ids = tick(studio, 1)
    choose_model(studio, NONE)
    expect(studio.locator("[data-references]")).to_be_hidden()
    assert sent(studio) == []
    choose_model(studio, THREE_MORE)
    assert sent(studio) == ids, "what was chosen is not forgotten"


def test_an_uploaded_picture_is_chosen_at_once_and_goes_along(studio, tmp_path):
    file = tmp_path / "fresh.png"
    file.write_bytes(picture_bytes((150, 100)))
    studio.set_input_files("[data-references-file]", file)
    expect(studio.locator(CHOSEN)).to_have_count(1)
    studio.fill("#wish-prompt", "in the colours of the other")
    studio.click("[data-wish-submit]")
    expect(studio.locator("[data-wish-said]")).to_contain_text("Queued")
    studio.locator(".variant__words").first.click()
    expect(studio.get_by_role("heading", name="Sent along")).to_be_visible()
    expect(studio.get_by_alt_text("fresh.png")).to_be_visible()


def test_a_file_dropped_on_the_row_is_uploaded_and_beside_it_nothing_happens(studio):
    drop = """([selector, base64]) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], "dropped.png", { type: "image/png" }));
      const event = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
      return !document.querySelector(selector).dispatchEvent(event);
    }"""
    data = base64.b64encode(picture_bytes((95, 95))).decode()
    assert studio.evaluate(drop, ["[data-stage]", data]), "the browser does not leave the page"
    assert studio.evaluate(drop, ["[data-references]", data])
    expect(studio.locator(CHOSEN)).to_have_count(1)
    expect(studio.locator(f"{CHOSEN} img")).to_have_attribute("alt", "dropped.png")


def test_what_is_no_picture_is_said_in_the_servers_words(studio, complaints, tmp_path):
    file = tmp_path / "notes.png"
    file.write_text("not a picture")
    studio.set_input_files("[data-references-file]", file)
    expect(studio.locator("[data-references-problem]")).to_contain_text("notes.png:")
    expect(studio.locator(CHOSEN)).to_have_count(0)
    assert [line for line in complaints if "422" not in line] == []
    complaints.clear()
