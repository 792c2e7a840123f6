"""The prompt bar: tasks, earlier prompts, templates, models, money and two edits, by hand."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_line import upload
from tests.factories import picture_bytes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PROMPT, SAID, LINE = "#wish-prompt", "[data-wish-said]", "[data-prompt-line]"
SUBMIT, TWO = "[data-wish-submit]", ".wish [data-two-edits]"


@pytest.fixture
def studio(page: Page, complaints) -> Page:
    """A studio with a picture that is larger than what models answer with."""
    upload(page, picture_bytes((2400, 1600)))
    expect(page.locator("[data-studio][data-ready]")).to_be_attached()
    return page


def paint(page: Page, left: float, top: float, right: float, bottom: float) -> None:
    """Paint a rectangle, in shares of the stage."""
    page.locator("[data-stage]").focus()
    page.keyboard.press("r")
    box = page.locator("[data-stage]").bounding_box()
    assert box
    page.mouse.move(box["x"] + left * box["width"], box["y"] + top * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + right * box["width"], box["y"] + bottom * box["height"], steps=4)
    page.mouse.up()


def choose_task(page: Page, name: str) -> None:
    page.click("[data-preset-open]")
    page.click(f"[data-preset={name}]")


def send(page: Page, prompt: str) -> None:
    page.fill(PROMPT, prompt)
    page.keyboard.press("Control+Enter")
    expect(page.locator(SAID)).to_contain_text("Queued")


def test_queued_is_not_said_any_longer_than_it_is_true(studio):
    paint(studio, 0.3, 0.3, 0.5, 0.5)
    send(studio, "make it golden")
    expect(studio.locator("[data-strip-counts][data-open='0']")).to_be_attached(timeout=20_000)
    expect(studio.locator(SAID)).to_be_empty(timeout=1_000)


def test_what_was_sent_is_recalled_and_what_was_being_written_is_not_lost(studio):
    paint(studio, 0.3, 0.3, 0.5, 0.5)
    send(studio, "the first wish")
    send(studio, "the second wish")
    prompt = studio.locator(PROMPT)
    prompt.fill("half a sen")
    for key, words in (
        ("Alt+ArrowUp", "the second wish"),
        ("Alt+ArrowUp", "the first wish"),
        ("Alt+ArrowDown", "the second wish"),
        ("Alt+ArrowDown", "half a sen"),
        ("Alt+ArrowDown", "half a sen"),
    ):
        prompt.press(key)
        expect(prompt).to_have_value(words)
    studio.click("[data-prompt-open=earlier]")
    studio.keyboard.type("first")
    expect(studio.locator(".prompt-row")).to_have_text(["the first wish"])
    studio.keyboard.press("Enter")
    expect(prompt).to_have_value("the first wish")
    expect(prompt).to_be_focused()
    studio.click(f"{LINE} [data-line-undo]")
    expect(prompt).to_have_value("half a sen")
    prompt.fill("the third, and now")
    studio.keyboard.press("Control+Shift+Enter")
    expect(studio.locator(SAID)).to_contain_text("Queued first.")


def test_a_template_is_saved_renamed_deleted_and_brought_back_at_the_prompt(studio):
    prompt = studio.locator(PROMPT)
    prompt.fill("make the sky stormy")
    studio.click("[data-prompt-open=templates]")
    studio.fill("[data-prompt-name]", "Storm")
    studio.keyboard.press("Enter")
    expect(studio.locator("[data-prompt-said]")).to_have_text("Saved as “Storm”.")
    studio.click("[aria-label='Rename “Storm”']")
    studio.keyboard.type("Thunder")
    studio.keyboard.press("Escape")
    expect(studio.locator("[data-prompt-menu]")).to_be_visible()
    studio.click("[aria-label='Rename “Storm”']")
    studio.keyboard.type("Thunder")
    studio.keyboard.press("Enter")
    studio.click("[aria-label='Delete “Thunder”']")
    expect(studio.locator("[aria-label='Delete “Thunder”']")).to_have_count(0)
    studio.click("[data-prompt-undo]")
    expect(studio.locator("[aria-label='Delete “Thunder”']")).to_be_visible()
    studio.keyboard.press("Escape")
    prompt.fill("")
    studio.click("[data-prompt-open=templates]")
    studio.keyboard.press("ArrowDown")
    studio.keyboard.press("Enter")
    expect(prompt).to_have_value("make the sky stormy")


def test_a_task_sets_words_and_mask_says_so_and_is_taken_back(studio):
    paint(studio, 0.3, 0.3, 0.5, 0.5)
    button, coverage = studio.locator(SUBMIT), studio.locator("[data-coverage]")
    expect(button).to_have_text(re.compile(r"^Fill · \$"))
    expect(coverage).to_contain_text("area")
    before = coverage.text_content()
    choose_task(studio, "background")
    expect(button).to_have_text(re.compile(r"^Replace background · \$"))
    expect(coverage).not_to_have_text(before or "")
    studio.keyboard.type("a beach")
    expect(studio.locator(PROMPT)).to_have_value(
        "Replace the background by a beach. Keep the subject exactly as it is."
    )
    studio.click(f"{LINE} [data-line-undo]")
    expect(coverage).to_have_text(before or "")
    expect(button).to_have_text(re.compile(r"^Fill · \$"))
    expect(studio.locator(PROMPT)).to_have_value(re.compile("a beach"))
    studio.fill(PROMPT, "")
    choose_task(studio, "remove")
    studio.click(f"{LINE} [data-line-offer]")
    expect(studio.locator(LINE)).to_contain_text("larger all around")
    expect(coverage).not_to_have_text(before or "")
    studio.click(f"{LINE} [data-line-undo]")
    expect(coverage).to_have_text(before or "")
    choose_task(studio, "remove")
    studio.click(SUBMIT)
    expect(studio.locator("[data-wish-error]")).to_contain_text("Finish the sentence")
    choose_task(studio, "restyle")
    expect(coverage).to_contain_text("Nothing painted")
    choose_task(studio, "extend")
    expect(studio.locator("[data-studio][data-mode=extend]")).to_be_attached()


def test_the_chooser_orders_filters_and_remembers(studio):
    cards = studio.locator(".model-card:not([hidden]) .model-card__pick")
    studio.click("[data-model-open]")
    studio.click("[data-order=price]")
    prices = studio.locator(".model-card:not([hidden]) [data-card-price]").all_text_contents()
    known = [float(price[1:]) for price in prices if price.startswith("$")]
    assert known == sorted(known)
    studio.click("[data-need=references]")
    expect(cards).not_to_have_count(len(prices))
    studio.click(".model-card[data-model='sandbox/collage-4'] [data-favour]")
    studio.keyboard.press("Escape")
    studio.reload()
    expect(studio.locator("[data-studio][data-ready]")).to_be_attached()
    studio.click("[data-model-open]")
    expect(studio.locator("[data-order=price]")).to_have_attribute("aria-pressed", "true")
    expect(cards.first).to_have_text("Sandbox Collage 4")
    studio.fill("[data-model-dialog] input", "collage")
    studio.keyboard.press("Enter")
    expect(studio.locator("[data-model-name]")).to_have_text("Sandbox Collage 4")


def test_areas_far_apart_are_sent_as_two_edits_by_one_press(studio):
    paint(studio, 0.2, 0.15, 0.24, 0.2)
    expect(studio.locator(TWO)).to_be_hidden()
    paint(studio, 0.78, 0.8, 0.83, 0.87)
    two = studio.locator(TWO)
    expect(two).to_have_text(re.compile(r"^Send as two edits · 2 . \$0\.\d+ = \$0\.\d+$"))
    studio.fill(PROMPT, "make it golden")
    before = studio.locator(".variant").count()
    two.dblclick()
    expect(studio.locator(SAID)).to_contain_text("Two edits are queued")
    expect(studio.locator(".variant")).to_have_count(before + 2)


def test_nothing_jumps_when_lines_come_and_go(studio):
    def top() -> float:
        box = studio.locator(PROMPT).bounding_box()
        assert box
        return box["y"]

    place = top()
    paint(studio, 0.2, 0.15, 0.24, 0.2)
    paint(studio, 0.78, 0.8, 0.83, 0.87)
    expect(studio.locator(TWO)).to_be_visible()
    choose_task(studio, "remove")
    expect(studio.locator(LINE)).to_be_visible()
    assert top() == place
    studio.click(SUBMIT)
    expect(studio.locator("[data-wish-error]")).to_be_visible()
    assert top() == place
