"""Adjusting a finished edit with the mouse: what one sees is what is made, free, and once."""

from __future__ import annotations

import base64
import io
import json
import re

import numpy as np
import pytest
from PIL import Image, ImageChops
from playwright.sync_api import expect

from tests.pictures import encoded, painted_mask, photo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

SIZE = (1800, 1200)
WINDOW, DOOR = (0.08, 0.15, 0.35, 0.55), (0.55, 0.4, 0.9, 0.9)
# The shown picture as one sees it, without the line and the badges over it.
SHOWN = """() => {
  const canvas = document.querySelector("[data-stage-canvas]");
  const paper = document.querySelector("[data-stage-paper]").getBoundingClientRect();
  const stage = document.querySelector("[data-stage]").getBoundingClientRect();
  const density = canvas.width / stage.width;
  const [x, y] = [(paper.x - stage.x) * density, (paper.y - stage.y) * density];
  const part = document.createElement("canvas");
  part.width = Math.round(paper.width * density);
  part.height = Math.round(paper.height * density);
  part.getContext("2d").drawImage(canvas, -x, -y);
  return part.toDataURL("image/png");
}"""


def original() -> bytes:
    return encoded(photo(*SIZE, seed=3), "JPEG", quality=92)


def two_areas() -> bytes:
    return encoded(ImageChops.lighter(painted_mask(SIZE, WINDOW), painted_mask(SIZE, DOOR)))


def submitted(page, prompt: str, mask: bytes | None, images: int) -> str:
    """Upload, and ask for an edit as the studio's form does; give the finished job's address."""
    page.goto("/")
    file = {"name": "garden.jpg", "mimeType": "image/jpeg", "buffer": original()}
    page.locator("input[name=files]").set_input_files([file])
    page.wait_for_url(re.compile(r"/pictures/[0-9a-f-]{36}/$"))
    data = json.loads(page.locator("#studio-data").text_content() or "")
    model = next(each for each in data["models"] if each["mask_support"] == "native")
    size = model["sizes"][0] if model["sizes"] else ""
    price = model["prices"].get(size) or model["price_nano"]
    form = {
        "csrfmiddlewaretoken": page.locator("[name=csrfmiddlewaretoken]").first.input_value(),
        "submit_key": page.locator("[name=submit_key]").first.input_value(),
        "prompt": prompt,
        "model": model["id"],
        "n": str(images),
        "size": size,
        "shown_price": str(price * images),
        "run_again": "yes",  # the tests share an account, and may wish for the same
    }
    painted = (
        {"mask": {"name": "mask.png", "mimeType": "image/png", "buffer": mask}} if mask else {}
    )
    answer = page.request.post(
        f"{page.url}edit/",
        multipart={**form, **painted},
        headers={"Accept": "application/json", "Referer": page.url},
    )
    assert answer.status == 201, answer.text()
    page.goto(answer.json()["url"])
    expect(page.locator(".state[data-state=done]")).to_be_visible(timeout=60_000)
    return page.url


def adjusting(page, link: str) -> None:
    page.get_by_role("link", name=link).first.click()
    page.locator("[data-adjust][data-ready]").wait_for(timeout=30_000)


def place(page, across: float, down: float) -> tuple[float, float]:
    """A place of the picture on the screen, in shares of its sides."""
    box = page.locator("[data-stage-paper]").bounding_box()
    return box["x"] + box["width"] * across, box["y"] + box["height"] * down


def drag(page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*place(page, *start))
    page.mouse.down()
    page.mouse.move(*place(page, *end), steps=12)
    page.mouse.up()


def shown(page) -> Image.Image:
    page.wait_for_timeout(250)
    data = page.evaluate(SHOWN).partition(",")[2]
    return decoded(data)


def decoded(data: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")


def downloaded(page) -> Image.Image:
    # The first one stands there until the script has found the one that the address names.
    named = page.url.partition("#")[2]
    result = page.locator(f"#{named}" if named else "article.result:visible")
    expect(result).to_be_visible()
    expect(result.locator(".compare__before")).to_be_attached(timeout=30_000)
    with page.expect_download() as downloading:
        result.get_by_role("link", name="Download").first.click()
    return Image.open(downloading.value.path()).convert("RGB")


def apart(one: Image.Image, other: Image.Image) -> np.ndarray:
    return np.abs(np.asarray(one, dtype=np.int16) - np.asarray(other, dtype=np.int16)).max(axis=2)


def calls(app) -> int:
    return app.rows("select count(*) from editor_attempt")[0][0]


def test_what_one_sees_while_adjusting_is_what_is_kept(page, app, complaints):
    job = submitted(page, "turn it into brick", two_areas(), 2)
    before = calls(app)
    adjusting(page, "Adjust for free")
    expect(page.get_by_text("Nothing is sent, nothing is paid.")).to_be_visible()
    rows = page.locator(".adjust-areas__row")
    expect(rows).to_have_count(2)
    edited = shown(page)

    rows.nth(0).get_by_role("button", name="Result 2").click()
    assert (apart(shown(page), edited) > 20).any(), "the other variant shows at once"
    page.get_by_role("button", name="Area 2: edited").click()
    expect(page.get_by_role("button", name="Area 2: original")).to_be_visible()
    page.get_by_role("button", name="Area 2: original").click()

    page.keyboard.press("b")
    drag(page, (0.6, 0.62), (0.82, 0.66))
    expect(page.get_by_text(re.compile(r"painted back"))).to_be_visible()
    page.get_by_label("Feather").fill("24")
    page.get_by_label("Grow or shrink").fill("-12")
    page.get_by_label("Opacity").fill("90")
    seen = shown(page)

    page.get_by_role("button", name=re.compile("Keep as a new picture")).dblclick()
    page.wait_for_url(re.compile(r"#adjusted-"))
    made = downloaded(page)
    assert made.size == SIZE
    upright = Image.open(io.BytesIO(original())).convert("RGB")
    changed = apart(made, upright) > 0
    mask = np.asarray(Image.open(io.BytesIO(two_areas()))) > 0
    assert changed.any()
    assert not changed[~mask].any(), "every pixel outside is the original's, bit by bit"
    x, y = round(0.7 * SIZE[0]), round(0.64 * SIZE[1])
    assert not changed[y - 4 : y + 4, x - 4 : x + 4].any(), "painted back"
    small = made.resize(seen.size, Image.Resampling.BICUBIC)
    edited_part = np.asarray(Image.fromarray(mask).resize(seen.size))
    # The original is shown as a compressed preview; the edit is no farther off than that.
    off = apart(seen, small)
    assert off[edited_part].mean() < off[~edited_part].mean() + 5
    assert np.percentile(off[edited_part], 99) < 40, "what was shown is what was made"
    assert calls(app) == before, "nothing was sent"
    job_id = job.rstrip("/").rpartition("/")[2].replace("-", "")
    rows_of_job = f"select state from editor_adjustment where job_id = '{job_id}'"  # noqa: S608
    assert app.rows(rows_of_job) == [("done",)], "two presses, one picture"

    page.goto(job)
    expect(page.get_by_role("tab", name="Adjusted 1, free")).to_be_visible()


def test_undo_erase_compare_and_hold_work_by_mouse_and_keys(page, complaints):
    submitted(page, "turn it into brick", two_areas(), 1)
    adjusting(page, "Adjust for free")
    edited = shown(page)
    page.get_by_role("button", name="Paint the original back").click()
    drag(page, (0.6, 0.5), (0.85, 0.8))
    painted = shown(page)
    assert (apart(painted, edited) > 20).any()
    page.keyboard.press("Control+z")
    assert apart(shown(page), edited).max() < 3
    page.keyboard.press("Control+Shift+z")
    page.get_by_role("button", name="Take painting back away").click()
    drag(page, (0.6, 0.5), (0.85, 0.8))
    assert apart(shown(page), edited).mean() < apart(painted, edited).mean() / 2
    page.get_by_role("button", name="Clear", exact=True).click()
    assert apart(shown(page), edited).max() < 3
    page.get_by_role("button", name="Compare before and after").click()
    drag(page, (0.01, 0.5), (0.5, 0.5))
    half = apart(shown(page), edited)
    width = half.shape[1]
    assert (half[:, : width // 2] > 20).any()
    assert half[:, width // 2 + 4 :].max() < 3
    line = page.get_by_label("How much of the original is shown")
    line.focus()
    page.keyboard.press("Home")
    assert line.get_attribute("aria-valuetext") == "0 % original"
    page.keyboard.down("\\")
    held = shown(page)
    page.keyboard.up("\\")
    assert (apart(held, shown(page)) > 20).any()


def test_nothing_is_kept_before_what_was_painted_back_is_there(page):
    submitted(page, "turn it into oak", two_areas(), 1)
    adjusting(page, "Adjust for free")
    page.get_by_role("button", name="Paint the original back").click()
    drag(page, (0.6, 0.6), (0.8, 0.6))
    expect(page.get_by_text(re.compile(r"painted back"))).to_be_visible()
    page.get_by_role("button", name=re.compile("Keep as a new picture")).click()
    page.wait_for_url(re.compile(r"#adjusted-"))
    held = []
    page.route(re.compile(r"/masks/[0-9a-f-]{36}/$"), lambda route: held.append(route))
    page.get_by_role("link", name="Adjust again").click()
    keep = page.get_by_role("button", name=re.compile("Keep as a new picture"))
    expect(keep).to_have_attribute("aria-disabled", "true")
    page.wait_for_timeout(3000)
    assert held, "the mask of what was painted back is on its way"
    keep.click(force=True)
    expect(page.get_by_role("alert")).to_contain_text("not there yet")
    assert "/adjust/" in page.url
    held.pop().continue_()
    page.locator("[data-adjust][data-ready]").wait_for(timeout=30_000)
    expect(page.get_by_text(re.compile(r"painted back"))).to_be_visible()
    expect(keep).to_have_attribute("aria-disabled", "false")


def test_without_a_mask_only_what_changed_is_kept(page, app, complaints):
    submitted(page, "remove the thing that stands out", None, 1)
    before = calls(app)
    adjusting(page, "Keep only what changed")
    expect(page.get_by_text(re.compile(r"The model changed .* of the picture"))).to_be_visible()
    page.get_by_label("Show how much each place differs").check()
    page.get_by_role("button", name=re.compile("Keep as a new picture")).click()
    page.wait_for_url(re.compile(r"#adjusted-"))
    made = downloaded(page)
    upright = Image.open(io.BytesIO(original())).convert("RGB")
    assert made.size == SIZE
    share = (apart(made, upright) > 0).mean()
    assert 0 < share < 0.5
    assert calls(app) == before


def test_an_answer_changed_all_over_offers_nothing(page, complaints):
    submitted(page, "make it look like night", None, 1)
    adjusting(page, "Keep only what changed")
    expect(
        page.get_by_text(re.compile("differs from your picture almost everywhere"))
    ).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Keep as a new picture"))).to_be_hidden()
    page.get_by_role("link", name="Back to the edit").last.click()
    expect(page.locator(".state[data-state=done]")).to_be_visible()


def test_a_finger_paints_the_original_back_on_a_phone(browser, browser_context_args, complaints):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    context = browser.new_context(**{**browser_context_args, **phone})
    page = context.new_page()
    submitted(page, "turn it into brick", two_areas(), 1)
    adjusting(page, "Adjust for free")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    edited = shown(page)
    page.get_by_role("button", name="Paint the original back").click()
    touch = context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        at = [{"x": x, "y": y} for x, y in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    send("touchStart", place(page, 0.6, 0.6))
    for step in range(1, 9):
        send("touchMove", place(page, 0.6 + 0.03 * step, 0.6))
    send("touchEnd")
    assert (apart(shown(page), edited) > 20).any()
    context.close()
