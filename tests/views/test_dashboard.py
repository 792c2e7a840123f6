"""The dashboard of staff: who sees it, and what it shows."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from editor.figures import STRETCHES
from editor.models import Attempt, EditJob, JobState
from tests.factories import CENT, make_job, make_model, make_picture

pytestmark = pytest.mark.django_db

URL = "/admin/dashboard/"


def test_staff_see_it_and_others_do_not(ritas, admin_client, alices, anonymous):
    for client in (ritas, admin_client):
        assert client.get(URL).status_code == 200
    for client in (alices, anonymous):
        assert client.get(URL).status_code == 302
    assert URL in ritas.get("/admin/").content.decode()


@pytest.mark.parametrize("stretch", [each.key for each in STRETCHES])
def test_an_empty_server_says_so_in_sentences(ritas, stretch):
    page = ritas.get(f"{URL}?range={stretch}").content.decode()
    assert "Nobody has asked for an edit in this time." in page
    assert "Nothing was spent in this time." in page
    assert "Nothing waits." in page
    assert 'class="plot"' not in page


def test_the_address_says_how_far_back(ritas):
    for key, words in (("24h", "24 hours"), ("12m", "12 months"), ("nonsense", "30 days")):
        page = ritas.get(f"{URL}?range={key}").content.decode()
        assert re.search(rf'aria-current="true">{words}<', page), key


@pytest.fixture
def busy(alice, bob):
    """Two people, two models, calls that took 10 to 40 seconds."""
    model, other = make_model(name="Inpaint"), make_model("other/model", name="<b>Other</b>")
    picture = make_picture(alice)
    for number in range(4):
        job = make_job(alice, JobState.DONE, picture=picture, model=model)
        sent = timezone.now() - timedelta(minutes=5)
        Attempt.objects.create(
            job=job, consent=job.consents.get(), state="saved", cost_nano=4 * CENT,
            sent_at=sent, answered_at=sent + timedelta(seconds=10 * (number + 1)),
        )  # fmt: skip
    make_job(bob, JobState.FAILED, model=other, reason="content_policy", charged="no")
    make_job(bob, JobState.QUEUED, model=other)


def test_plots_have_titles_descriptions_and_a_table_with_the_same_figures(ritas, busy):
    page = ritas.get(URL).content.decode()
    plots = re.findall(r'<svg class="plot" role="img".*?</svg>', page, re.DOTALL)
    assert len(plots) >= 12, "each for wide and narrow screens"
    for plot in plots:
        assert re.search(r"<title>[^<]+</title><desc>[^<]+</desc>", plot)
    assert page.count('<details class="figure__table"') == len(plots) // 2
    assert "$0.16" in page
    assert re.search(r'<th scope="row">alice</th><td>\$0\.16</td><td>4</td>', page)
    assert re.search(r'<th scope="row">Inpaint</th><td>20 s</td><td>40 s</td><td>4</td>', page)
    assert "20 to 40 s" in page


def test_names_of_models_are_words_and_nothing_is_styled_in_place(ritas, busy):
    answer = ritas.get(URL)
    page = answer.content.decode()
    assert "<b>Other</b>" not in page
    assert "&lt;b&gt;Other&lt;/b&gt;" in page
    assert "style=" not in page
    assert not re.search(r"<script(?![^>]*src=)", page)
    assert "unsafe-inline" not in answer["Content-Security-Policy"]


def test_it_is_counted_at_most_every_some_seconds(ritas, busy, django_assert_max_num_queries):
    ritas.get(URL)
    EditJob.objects.all()
    with django_assert_max_num_queries(9):
        ritas.get(URL)


def test_its_times_are_those_that_the_studio_shows(ritas, alices, alice, busy):
    """One source: what the dashboard says of a model, its chooser says too."""
    studio = alices.get(make_picture(alice).get_absolute_url()).content.decode()
    assert "Usually 20 to 40 s on this server" in studio
    assert "20 to 40 s" in ritas.get(URL).content.decode()
