"""What the studio's page knows for its prompt: speeds that were measured, and a closed gate."""

import json
import re

import pytest
from django.urls import reverse

from editor import forecasts
from editor.forecasts import Usual
from editor.gates import the_gate
from editor.models import Gate
from tests.factories import make_model, make_picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def picture(alice):
    return make_picture(alice)


def studio_data(page):
    found = re.search(
        r'<script id="studio-data"[^>]*>(.*?)</script>', page.content.decode(), re.DOTALL
    )
    return json.loads(found[1])


def test_a_model_says_how_long_its_calls_took_here_or_that_nobody_knows(
    alices, picture, monkeypatch
):
    make_model("measured")
    make_model("fresh")
    measured = {"measured": Usual(median=12.0, p90=40.0, count=9)}
    monkeypatch.setattr(forecasts, "usual_of_all", lambda: measured)
    page = alices.get(picture.get_absolute_url())
    usual = {model["id"]: model["usual"] for model in studio_data(page)["models"]}
    assert usual == {
        "fresh": None,
        "measured": {"words": "usually 12 to 40 s on this server", "median": 12.0, "p90": 40.0},
    }
    assert "Usually 12 to 40 s on this server" in page.content.decode()
    assert "No edits yet" in page.content.decode()


def test_a_closed_gate_is_told_to_the_button_in_the_page_and_in_what_renews_it(alices, picture):
    addresses = (picture.get_absolute_url(), reverse("editor:queue_gate"))
    for address in addresses:
        assert "data-gate-closed" not in alices.get(address).content.decode()
    gate = the_gate()
    Gate.objects.filter(pk=gate.pk).update(
        state=Gate.State.PARKED, reason="insufficient_credit", sentence="Refused: no credit"
    )
    for address in addresses:
        told = re.search(r'data-gate-closed="([^"]*)"', alices.get(address).content.decode())
        assert told
        assert "no credit left" in told[1]


def test_the_prompt_can_be_written_and_sent_without_script(alices, picture):
    make_model()
    page = alices.get(picture.get_absolute_url()).content.decode()
    form = page.partition('<form class="wish"')[2].partition("</form>")[0]
    assert 'name="prompt"' in form
    assert 'type="submit"' in form
    assert "needs-script" in form.partition("data-prompt-open")[0]
