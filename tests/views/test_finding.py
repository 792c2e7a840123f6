"""Finding past edits: words, filters and order, each in the address."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from editor.models import Attempt, Collection, Consent, EditJob, JobState, Mask, Picture, Tag
from editor.views import gallery
from editor.views.finding import CHOICES, SORTS, STATES
from editor.views.gallery import PAGE_SIZE
from tests.factories import CENT

pytestmark = pytest.mark.django_db


def an_edit(owner, prompt="an edit", *, size=(3000, 2000), cents=None, masked=False, **fields):
    """Only rows: finding looks at no file."""
    picture = Picture.objects.create(
        owner=owner, name="garden.png", width=size[0], height=size[1], bytes=1, format="PNG"
    )
    box = {"left": 0, "top": 0, "right": 1, "bottom": 1}
    mask = Mask.objects.create(picture=picture, painted_pixels=1, **box) if masked else None
    values = {"model_id": "sandbox/inpaint", "model_name": "Inpaint", "state": JobState.DONE}
    if cents:
        values["charged"] = EditJob.Charged.YES
    job = EditJob.objects.create(
        owner=owner, picture=picture, mask=mask, prompt=prompt, **{**values, **fields}
    )
    if cents is not None:
        consent = Consent.objects.create(job=job, seq=1, granted_by=owner)
        Attempt.objects.create(
            job=job, consent=consent, state=Attempt.State.SAVED, cost_nano=cents * CENT
        )
    return job


def found(client, **query):
    return [job.prompt for job in client.get("/gallery/", query).context["jobs"]]


def all_pages(client, url):
    seen = []
    while url:
        page = client.get(url)
        seen += [job.prompt for job in page.context["jobs"]]
        url = page.context["next_url"]
    return seen


def test_words_find_edits_by_prompt_and_name(alices, alice):
    an_edit(alice, "Make the café golden")
    an_edit(alice, "Make the sky golden")
    assert found(alices, q="gold cafe garden") == []
    assert found(alices, q="golden garden cafe") == ["Make the café golden"]
    assert found(alices, q='"sky golden"') == ["Make the sky golden"]


def test_bob_never_finds_what_alice_wrote(bobs, alice, bob):
    an_edit(alice, "a secret lighthouse", model_id="secret/model", model_name="Secret model")
    an_edit(bob, "a lighthouse")
    page = bobs.get("/gallery/", {"q": "lighthouse"})
    assert [job.prompt for job in page.context["jobs"]] == ["a lighthouse"]
    assert page.context["count"] == 1
    assert "ecret" not in page.content.decode()
    assert found(bobs, q="secret") == []
    assert found(bobs, model="secret/model") == []


def test_each_filter_shows_what_it_says(alices, alice):
    day = datetime(2026, 5, 4, 12, tzinfo=UTC)
    an_edit(alice, "wide", size=(3000, 2000), masked=True, created_at=day)
    an_edit(alice, "tall", size=(1000, 1500), model_id="other/fill", created_at=day - timedelta(1))
    an_edit(alice, "square", size=(5000, 5050), created_at=day + timedelta(1))
    an_edit(alice, "huge", size=(90_000, 60_000), state=JobState.FAILED, created_at=day)
    for query, prompts in {
        "shape=landscape": {"wide", "huge"},
        "shape=portrait": {"tall"},
        "shape=square": {"square"},
        "size=small": {"tall"},
        "size=medium": {"wide"},
        "size=large": {"square", "huge"},
        "mask=yes": {"wide"},
        "mask=no": {"tall", "square", "huge"},
        "model=other/fill": {"tall"},
        "state=failed": {"huge"},
        "from=2026-05-04": {"wide", "huge", "square"},
        "to=2026-05-04": {"wide", "huge", "tall"},
        "from=2026-05-04&to=2026-05-04": {"wide", "huge"},
        "shape=landscape&mask=no": {"huge"},
        "q=wi": {"wide"},
        "q=wi&shape=portrait": set(),
    }.items():
        page = alices.get(f"/gallery/?{query}")
        assert {job.prompt for job in page.context["jobs"]} == prompts, query
        assert page.context["count"] == len(prompts)


def test_cost_finds_what_surely_cost_no_more(alices, alice):
    an_edit(alice, "nothing sent", state=JobState.CANCELLED)
    an_edit(alice, "free", cents=0)
    an_edit(alice, "four", cents=4)
    an_edit(alice, "ninety", cents=90)
    an_edit(alice, "doubtful", state=JobState.FAILED, charged=EditJob.Charged.UNKNOWN)
    an_edit(alice, "nobody said", charged=EditJob.Charged.YES)
    an_edit(alice, "not yet sent", state=JobState.QUEUED)
    assert set(found(alices, cost="0")) == {"nothing sent", "free"}
    assert set(found(alices, cost="5")) == {"nothing sent", "free", "four"}
    assert set(found(alices, cost="100")) == {"nothing sent", "free", "four", "ninety"}


@pytest.mark.parametrize("sort", ["", "oldest", "cost"])
@pytest.mark.parametrize("are_many", [False, True])
@pytest.mark.parametrize("rest", ["q=pier", "q=pier&tag=sea", "tag=sea"])
def test_scrolling_goes_through_all_that_was_found_once_and_in_order(
    alices, alice, sort, are_many, rest, monkeypatch
):
    if are_many:
        monkeypatch.setattr(gallery, "MOST_WITH_WORDS", 3)
    now = timezone.now()
    tag = Tag.objects.create(owner=alice, name="sea")
    for number in range(PAGE_SIZE + 6):
        moment = now - timedelta(minutes=number // 3)  # some at the very same moment
        job = an_edit(alice, f"pier {number}", cents=number % 3, created_at=moment)
        made = Picture.objects.create(owner=alice, name="p", width=9, height=9, bytes=1)
        job.attempts.get().results.create(index=0, raw_bytes=1, picture=made)
        tag.pictures.add(made)
    an_edit(alice, "another")
    seen = all_pages(alices, f"/gallery/?{rest}&sort={sort}&shape=landscape")
    assert len(seen) == len(set(seen)) == PAGE_SIZE + 6
    age = {f"pier {number}": number // 3 for number in range(PAGE_SIZE + 6)}
    if sort == "cost":
        costs = [int(prompt.split()[1]) % 3 for prompt in seen]
        assert costs == sorted(costs, reverse=True)
        assert [age[p] for p in seen if int(p.split()[1]) % 3 == 2] == sorted(
            age[p] for p in seen if int(p.split()[1]) % 3 == 2
        )
    else:
        assert [age[prompt] for prompt in seen] == sorted(age.values(), reverse=sort == "oldest")


def test_what_makes_no_sense_in_an_address_is_left_out(alices, alice):
    an_edit(alice)
    for query in (
        "state=x&shape=x&size=x&cost=x&mask=x&sort=x&from=x&to=x",
        "from=0001-01-01&to=9999-12-31",
        "from=2026-02-30",
        "sort=cost&after=x_2026-01-01_x",
        "sort=cost&after=" + "9" * 5000 + "_2026-01-01_" + str(uuid.uuid4()),
        "sort=oldest&after=%00",
        "q=%00",
        "q=%22",
    ):
        assert len(alices.get(f"/gallery/?{query}").context["jobs"]) == 1, query
    assert alices.get("/gallery/?model=%00x").status_code == 200
    huge = "9" * 20
    assert (
        alices.get(f"/gallery/?sort=cost&after={huge}_2026-01-01_{uuid.uuid4()}").status_code == 200
    )


def test_each_filter_in_use_can_be_taken_away_alone(alices, alice):
    an_edit(alice, "pier")
    page = alices.get("/gallery/?q=pier&shape=portrait&sort=oldest&state=done&size=")
    links = {link.label: link.url for link in page.context["finding"].active()}
    assert links == {
        "“pier”": "/gallery/?state=done&shape=portrait&sort=oldest",
        "Portrait": "/gallery/?q=pier&state=done&sort=oldest",
    }
    text = page.content.decode()
    assert "Nothing found" in text
    assert 'href="/gallery/"' in text
    states = {link.label: link.url for link in page.context["finding"].states()}
    assert states["All"] == "/gallery/?q=pier&shape=portrait&sort=oldest"
    assert states["Failed"] == "/gallery/?q=pier&state=failed&shape=portrait&sort=oldest"


def test_typing_brings_only_what_was_found_and_its_address(alices, alice):
    an_edit(alice, "pier <b>")
    headers = {"hx-request": "true", "hx-target": "found"}
    answer = alices.get("/gallery/?q=pier&shape=&model=&sort=newest", headers=headers)
    text = answer.content.decode()
    assert "<html" not in text
    assert "pier &lt;b&gt;" in text
    assert "1 edit found" in text
    assert answer["HX-Replace-Url"] == "/gallery/?q=pier"
    assert "HX-Target" in answer["Vary"]
    # Coming back by the browser's button needs the page around it.
    back = {**headers, "hx-history-restore-request": "true"}
    assert "<html" in alices.get("/gallery/?q=pier", headers=back).content.decode()


def test_the_form_stands_as_the_address_says(alices, alice):
    an_edit(alice)
    text = alices.get(
        "/gallery/?q=pier+%22x%22&shape=square&from=2026-05-04&state=done"
    ).content.decode()
    assert 'value="pier &quot;x&quot;"' in text
    assert '<option value="square" selected>' in text
    assert 'value="2026-05-04"' in text
    assert '<input type="hidden" name="state" value="done">' in text
    assert '<option value="sandbox/inpaint">Inpaint</option>' in text


def test_every_way_to_look_needs_the_same_few_queries_for_two_edits_and_for_many(
    alices, alice, django_assert_max_num_queries
):
    collection = Collection.objects.create(owner=alice, name="Piers")
    tag = Tag.objects.create(owner=alice, name="sea")

    def more(count):
        for number in range(count):
            state = (JobState.UNKNOWN, JobState.DONE)[number % 2]
            job = an_edit(alice, f"pier {number}", cents=0, masked=True, state=state)
            made = Picture.objects.create(
                owner=alice, name="p", width=9, height=9, bytes=1, favourite=True, rating=5
            )
            job.attempts.get().results.create(index=0, raw_bytes=1, picture=made)
            tag.pictures.add(made)
            collection.items.create(picture=made)

    ways = [f"{name}={value}" for name, (_, values) in CHOICES.items() for value in values]
    ways += [f"state={state}" for state in STATES] + [f"sort={sort}" for sort in SORTS]
    ways += ["", "q=pier", "q=nothing", "from=2026-01-01", f"tag={tag.name}"]
    ways += ["model=sandbox/inpaint", f"collection={collection.pk}"]
    ways += ["q=pier&shape=landscape&cost=100&sort=cost&tag=sea"]
    counts = []
    for _round in range(2):
        more(2 + 2 * _round)
        for way in ways:
            with django_assert_max_num_queries(8) as caught:
                alices.get(f"/gallery/?{way}")
            counts.append((way, len(caught)))
    assert counts[: len(ways)] == counts[len(ways) :]


def test_very_many_edits_are_counted_no_further_than_need_be(alices, alice, monkeypatch):
    monkeypatch.setattr(gallery, "MOST_WITH_WORDS", 3)
    for number in range(5):
        an_edit(alice, f"pier {number}", created_at=datetime(2026, 5, 4, number, tzinfo=UTC))
    page = alices.get("/gallery/?q=pier")
    assert "Over 3 edits found" in page.content.decode()
    assert [job.prompt for job in page.context["jobs"]] == [f"pier {n}" for n in (4, 3, 2, 1, 0)]
    assert "Over" not in alices.get('/gallery/?q="pier 4"').content.decode()
    assert alices.get("/gallery/?state=done").context["count"] == 5
    monkeypatch.setattr(gallery, "MOST_COUNTED", 4)
    everything = alices.get("/gallery/?state=done")
    assert "Over 4 edits found" in everything.content.decode()
    assert len(everything.context["jobs"]) == 5
