"""Take an edit away as ZIP and as evidence, and bring it into somebody else's gallery."""

from __future__ import annotations

import io
import json
import re
import uuid
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect

from tests.browser.test_line import paint, upload
from tests.packs import spoilt

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

ASK = """(field) => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = "/archives/new/";
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  for (const [name, value] of Object.entries({ ...field, csrfmiddlewaretoken: token })) {
    const input = document.createElement("input");
    [input.name, input.value] = [name, value];
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}"""


def opened(download: Download) -> zipfile.ZipFile:
    """Open what the browser has saved."""
    return zipfile.ZipFile(io.BytesIO(Path(download.path()).read_bytes()))


def test_an_edit_is_taken_away_proved_and_found_again(page):
    upload(page)
    picture = page.url.rstrip("/").rpartition("/")[2]
    page.evaluate(ASK, {"pictures": picture})
    expect(page.get_by_role("heading", name="Download 1 picture as ZIP")).to_be_visible()
    page.get_by_text("JPEG", exact=True).click()
    # The page waits, and fetches the file by itself when it is packed.
    with page.expect_download() as saving:
        page.get_by_role("button", name="Make the ZIP").click()
    with opened(saving.value) as taken:
        assert taken.namelist()[-2:] == ["manifest.json", "manifest.csv"]
        assert json.loads(taken.read("manifest.json"))["files"][0]["name"] == taken.namelist()[0]
    expect(page.get_by_role("link", name="Download")).to_be_visible()
    page.goto(f"/pictures/{picture}/")
    paint(page)
    page.get_by_role("textbox", name=re.compile("prompt|happen", re.IGNORECASE)).fill(
        "make it golden"
    )
    page.get_by_role("button", name=re.compile(r"Fill · \$")).click()
    strip = page.locator("#variant-strip")
    expect(strip.get_by_text("Done")).to_be_visible(timeout=60_000)
    page.goto(strip.locator("a[href*='/jobs/']").first.get_attribute("href"))
    with page.expect_download(timeout=60_000) as saving:
        page.get_by_role("button", name="Evidence pack").click()
    pack = Path(saving.value.path()).read_bytes()
    bring(page, pack[: len(pack) // 2])
    expect(page.get_by_role("alert")).to_contain_text("damaged or cut off")
    bring(page, pack)
    expect(page.get_by_text("This is an edit of your own.")).to_be_visible()
    # The same edit as if another NanoEdit had made it.
    bring(page, spoilt(pack, lambda told: told["edit"].update(id=str(uuid.uuid4()))))
    expect(page.get_by_text("outside the paint no pixel differs")).to_be_visible()
    page.get_by_role("button", name="Keep it in my gallery").click()
    expect(page.get_by_role("heading", name="Imported")).to_be_visible()
    expect(page.get_by_text(re.compile(r"0 of .* outside pixels changed"))).to_be_visible()


def bring(page: Page, pack: bytes) -> None:
    """Choose a pack on the page for it, and have it checked."""
    page.goto("/import/")
    file = {"name": "pack.zip", "mimeType": "application/zip", "buffer": pack}
    page.get_by_label("The ZIP").set_input_files([file])
    page.get_by_role("button", name="Check this pack").click()
