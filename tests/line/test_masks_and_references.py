"""Tests of masks and references through all processes, as people reach them."""

import re
import uuid

import pytest

from tests.factories import picture_bytes
from tests.line.running import Person, wait_for

pytestmark = [pytest.mark.line, pytest.mark.timeout(300), pytest.mark.django_db(databases=[])]


def hidden(page: str, name: str) -> str:
    found = re.search(rf'type="hidden" name="{name}" value="([^"]*)"', page)
    assert found, name
    return found.group(1)


def model_row(app, model_id: str) -> tuple:
    """Its number, its dialect, and what staff have set on it."""
    rows = app.rows("SELECT model_id, id, mask_dialect, pinned FROM editor_upstreammodel")
    return next(rest for name, *rest in rows if name == model_id)


def run_test(person: Person, app, model_id: str) -> str:
    """Test all three masks of a model; give the page of the finished test."""
    new = f"/admin/editor/masktest/new/{model_row(app, model_id)[0]}/"
    page = person.get(new).text
    form = {
        "test_id": hidden(page, "test_id"),
        "shown_total": hidden(page, "shown_total"),
        "dialect": ["alpha", "luminance", "dual"],
    }
    test = person.post(new, form, page=new)
    assert "/change/" in test.url, test.text[:2000]

    def proposed() -> str | None:
        shown = person.get(test.url).text
        return test.url if "Proposed:" in shown else None

    return wait_for(proposed, "the proposal", 60)


def test_a_models_masks_are_tested_and_the_choice_is_kept(start_app, sign_up):
    app = start_app(SANDBOX_DELAY="0.1")
    person = sign_up(app)
    person.models(person.upload())
    for model_id, dialect in (("sandbox/slow-master", "alpha"), ("sandbox/words-only", "none")):
        test = run_test(person, app, model_id)
        page = person.get(test).text
        assert f"Proposed: {dialect} " in page
        person.post(f"{test.removesuffix('change/')}choose/", {"dialect": dialect}, page=test)
        assert model_row(app, model_id)[1] == dialect
        assert "mask_dialect" in model_row(app, model_id)[2]
    ((paid, consents),) = app.rows(
        "SELECT (SELECT COUNT(*) FROM editor_attempt), (SELECT COUNT(*) FROM editor_consent)"
    )
    assert paid == consents == 6
    assert "wall of red bricks" not in person.get("/gallery/").text


def test_pictures_go_along_with_an_edit(start_app, sign_up):
    app = start_app()
    person = sign_up(app)
    studio = person.upload()
    others = [
        person.upload(picture_bytes((300 + 40 * n, 200), "JPEG"), f"other-{n}.jpg")
        for n in range(2)
    ]
    models = {model["id"]: model for model in person.models(studio)}
    form = {
        "prompt": "in the colours of the others",
        "model": "sandbox/collage-4",
        "n": "1",
        "submit_key": str(uuid.uuid4()),
        "shown_price": str(models["sandbox/collage-4"]["price_nano"]),
        "references": [re.findall(r"[0-9a-f-]{36}", address)[0] for address in others],
    }
    answer = person.post(f"{studio}edit/", form, page=studio, script=True)
    assert answer.status_code == 201, answer.text
    job = answer.json()["url"]
    assert person.wait_for_state(job, "done", "failed", "unknown") == "done", person.get(job).text
    assert "Sent along" in person.get(job).text
    ((frame,),) = app.rows("SELECT frame FROM editor_attempt")
    assert '"references": [[300, 200], [340, 200]]' in frame
