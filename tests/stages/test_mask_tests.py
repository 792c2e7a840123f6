"""Staff find out how a model reads masks, by ordinary paid edits of a known picture."""

import uuid

import numpy as np
import pytest

from editor import allowances, mask_tests
from editor.imaging.encoding import MaskDialect
from editor.imaging.probe import probe_mask, probe_picture
from editor.mask_tests import offer, start_test
from editor.models import (
    Consent,
    EditJob,
    JobState,
    MaskTest,
    Picture,
    Result,
    UpstreamModel,
)
from editor.models.mask_findings import Verdict, findings_of, judge, needs_mask, proposal, reason
from editor.offers import refresh_catalogue
from editor.submission import SubmitRefused, pay_again, repeat_edit
from editor.tasks import run_job
from tests.factories import CENT, make_model

pytestmark = pytest.mark.django_db

ALL = tuple(MaskDialect)
ALPHA, LUMINANCE, DUAL, NONE = ALL


@pytest.fixture
def catalogue(upstream):
    refresh_catalogue()


def started(by, model, dialects=ALL) -> MaskTest:
    offered = offer(by, model, dialects)
    return start_test(offered, by, uuid.uuid4(), offered.total_nano)


def run(test: MaskTest) -> MaskTest:
    for job in test.jobs.order_by("created_at"):
        run_job(str(job.pk))
    mask_tests.conclude(test)
    return test


def verdicts(test: MaskTest) -> dict[MaskDialect, Verdict]:
    return {finding.dialect: finding.verdict for finding in findings_of(test)}


# The picture


def test_the_picture_is_soft_everywhere_and_alike_inside_and_outside():
    pixels, painted = np.asarray(probe_picture()).astype(int), np.asarray(probe_mask()) > 0
    assert pixels.shape == (1024, 1024, 3)
    assert painted.mean() == pytest.approx(0.15, abs=0.002)
    assert max(np.abs(np.diff(pixels, axis=axis)).max() for axis in (0, 1)) <= 2
    assert (pixels[painted].std(axis=0) > 15).all()
    assert (np.asarray(probe_picture()) == pixels).all(), "the same one every time"


# Every way of a model to take masks, against every dialect


@pytest.mark.once
@pytest.mark.parametrize(
    ("model_id", "expected", "proposed"),
    [
        (
            "inpaint-pro",
            {ALPHA: "untouched", LUMINANCE: "follows", DUAL: "follows", NONE: "unmasked"},
            LUMINANCE,
        ),
        (
            "canvas-alpha-2",
            {ALPHA: "follows", LUMINANCE: "refused", DUAL: "follows", NONE: "unmasked"},
            ALPHA,
        ),
        (
            "flat-fill",
            {ALPHA: "untouched", LUMINANCE: "follows", DUAL: "untouched", NONE: "unmasked"},
            LUMINANCE,
        ),
        (
            "redraw-flash",
            {ALPHA: "ignores", LUMINANCE: "ignores", DUAL: "ignores", NONE: "unmasked"},
            NONE,
        ),
        (
            "words-only",
            {ALPHA: "refused", LUMINANCE: "refused", DUAL: "refused", NONE: "unmasked"},
            NONE,
        ),
        (
            "eraser",
            {ALPHA: "untouched", LUMINANCE: "follows", DUAL: "follows", NONE: "refused"},
            LUMINANCE,
        ),
    ],
)
def test_how_a_model_takes_masks_is_found_and_set(
    rita, catalogue, upstream, model_id, expected, proposed
):
    model = UpstreamModel.objects.get(model_id=f"sandbox/{model_id}")
    test = run(started(rita, model))
    assert verdicts(test) == {dialect: Verdict(word) for dialect, word in expected.items()}
    assert test.proposed == MaskTest.objects.get().proposed == proposed
    calls = upstream.calls()
    assert len(calls) == Consent.objects.count() == 4
    assert [call["had_mask"] for call in calls] == [True, True, True, False]
    assert reason(findings_of(test))

    mask_tests.choose(test, proposed, rita)
    refresh_catalogue()
    model.refresh_from_db()
    assert model.mask_dialect == proposed, "a refresh leaves what staff chose alone"
    support = {NONE: "enforced"}.get(proposed, "required" if model_id == "eraser" else "native")
    assert model.mask_support == support


def test_the_locked_results_of_a_test_stay_out_of_gallery_and_wall(rita, catalogue):
    model = UpstreamModel.objects.get(model_id="sandbox/square-lite")
    test = run(started(rita, model, (LUMINANCE,)))
    (result,) = Result.objects.all()
    assert result.changed_pixels == 0
    assert result.inside_changed_share > 0.9
    assert result.raw_changed_share < 0.1
    assert not EditJob.objects.for_gallery(rita).exists()
    assert Picture.objects.owned_by(rita).count() == 2
    assert not Picture.objects.on_wall_of(rita).exists()
    answer, difference = mask_tests.heat_of(test, result)
    assert answer[8:12] == difference[8:12] == b"WEBP"


# Money


def test_a_test_names_its_price_and_what_is_left_before_anything_is_sent(rita):
    rita.monthly_cap_nano = 10 * CENT
    rita.save()
    model = make_model(
        prices={"auto": 4 * CENT, "1024x1024": 3 * CENT}, sizes=["auto", "1024x1024"]
    )
    offered = offer(rita, model, (ALPHA, LUMINANCE))
    assert (offered.price_text, offered.total_text, offered.left_text) == (
        "$0.03",
        "$0.06",
        "$0.10",
    )
    assert (offered.size, offered.problem) == ("1024x1024", "")
    assert not EditJob.objects.exists()
    assert "does not fit" in offer(rita, model, ALL).problem
    assert "at least one" in offer(rita, model, ()).problem
    assert offer(rita, make_model("sandbox/four", fixed_images=4), (DUAL,)).total_nano == 16 * CENT
    unpriced = offer(rita, make_model("sandbox/unpriced", prices={}), (DUAL,))
    assert (unpriced.total_text, unpriced.problem) == ("unknown", "")


def test_it_is_paid_by_who_asked_for_it_all_or_nothing(rita):
    rita.monthly_cap_nano = 10 * CENT
    rita.save()
    model = make_model()
    offered = offer(rita, model, (ALPHA, LUMINANCE))
    test = start_test(offered, rita, uuid.uuid4(), offered.total_nano)
    assert allowances.left_nano(rita) == 2 * CENT
    assert {job.owner for job in test.jobs.all()} == {rita}
    assert set(test.jobs.values_list("mask_dialect", flat=True)) == {"alpha", "luminance"}
    # What was offered a moment ago does not fit any more.
    with pytest.raises(SubmitRefused, match="only"):
        start_test(offered, rita, uuid.uuid4(), offered.total_nano)
    assert (MaskTest.objects.count(), EditJob.objects.count()) == (1, 2)
    assert allowances.left_nano(rita) == 2 * CENT


def test_the_same_form_sent_twice_starts_one_test(rita):
    offered, key = offer(rita, make_model(), (ALPHA, DUAL)), uuid.uuid4()
    first = start_test(offered, rita, key, offered.total_nano)
    assert start_test(offered, rita, key, offered.total_nano) == first
    assert EditJob.objects.count() == Consent.objects.count() == 2


def test_another_price_than_the_one_named_starts_nothing(rita):
    offered = offer(rita, make_model(), (ALPHA,))
    with pytest.raises(SubmitRefused, match=r"now \$0.04"):
        start_test(offered, rita, uuid.uuid4(), 3 * CENT)
    UpstreamModel.objects.update(held_back="It charged too much.")
    with pytest.raises(SubmitRefused, match="until its cost was looked at"):
        started(rita, UpstreamModel.objects.get(), (ALPHA,))
    UpstreamModel.objects.update(held_back="", is_listed=False)
    with pytest.raises(SubmitRefused, match="not listed"):
        started(rita, UpstreamModel.objects.get(), (ALPHA,))
    assert not EditJob.objects.exists()


def test_the_picture_is_kept_once_for_all_tests_of_one_person(rita, alice):
    one, two = started(rita, make_model(), (ALPHA,)), started(rita, make_model(), (DUAL,))
    assert (one.picture, one.mask) == (two.picture, two.mask)
    assert started(alice, make_model(), (ALPHA,)).picture.owner == alice


# What becomes of it


def test_a_call_that_is_tried_again_takes_the_place_of_the_first(rita, catalogue, upstream):
    model = UpstreamModel.objects.get(model_id="sandbox/square-lite")
    upstream.fail_with({"kind": "status", "status": 400, "code": "bad_image"})
    test = run(started(rita, model, (LUMINANCE,)))
    assert verdicts(test) == {LUMINANCE: Verdict.REFUSED}
    assert test.proposed == ""
    again = repeat_edit(test.jobs.get(), rita, uuid.uuid4(), model.estimate_nano("1024x1024", 1))
    assert (again.mask_test, again.mask_dialect) == (test, "luminance")
    assert verdicts(test) == {LUMINANCE: Verdict.OPEN}
    run_job(str(again.pk))
    mask_tests.conclude(test)
    assert test.proposed == "luminance"


def test_an_unknown_outcome_is_no_verdict_on_masks(rita, catalogue, upstream):
    model = UpstreamModel.objects.get(model_id="sandbox/square-lite")
    upstream.fail_with({"kind": "status", "status": 500})
    test = run(started(rita, model, (LUMINANCE,)))
    (finding,) = findings_of(test)
    assert (finding.verdict, finding.job.state) == (Verdict.FAILED, JobState.UNKNOWN)
    assert "may have been charged" in finding.sentence
    assert test.proposed == ""
    assert pay_again(finding.job, rita)
    assert not EditJob.objects.for_gallery(rita).exists()


@pytest.mark.parametrize(
    ("inside", "outside", "verdict"),
    [
        (0.99, 0.0, "follows"), (0.5, 0.1, "follows"), (0.9, 0.4, "strays"),
        (1.0, 1.0, "ignores"), (0.6, 0.5, "ignores"), (0.1, 0.9, "reversed"),
        (0.02, 0.01, "untouched"), (0.0, 0.0, "untouched"), (0.2, 0.25, "untouched"),
    ],
)  # fmt: skip
def test_shares_become_verdicts(inside, outside, verdict):
    assert judge(inside, outside) == Verdict(verdict)


def proposed_for(rita, shares: dict[MaskDialect, tuple[float, float] | None]):
    """Findings as if the answers had changed these shares; None for a refusal."""
    test = started(rita, make_model(uuid.uuid4().hex), tuple(shares))
    findings = []
    for finding in findings_of(test):
        given = shares[finding.dialect]
        result = (
            Result(inside_changed_share=given[0], raw_changed_share=given[1]) if given else None
        )
        verdict = judge(*given) if given else Verdict.REFUSED
        verdict = Verdict.UNMASKED if given and finding.dialect is NONE else verdict
        findings.append(type(finding)(finding.dialect, finding.job, result, verdict, "so much."))
    return proposal(findings), needs_mask(findings)


@pytest.mark.once
def test_the_dialect_that_is_followed_best_is_proposed(rita):
    good, better, loose, ignored = (0.8, 0.1), (0.99, 0.0), (0.95, 0.4), (1.0, 1.0)
    still = (0.0, 0.0)
    assert proposed_for(rita, {ALPHA: still, LUMINANCE: good, DUAL: better}) == (DUAL, False)
    assert proposed_for(rita, {LUMINANCE: (0.95, 0.0), DUAL: better}) == (LUMINANCE, False)
    assert proposed_for(rita, {ALPHA: loose, LUMINANCE: good}) == (LUMINANCE, False)
    assert proposed_for(rita, {ALPHA: loose, LUMINANCE: ignored}) == (ALPHA, False)
    assert proposed_for(rita, {ALPHA: still, LUMINANCE: ignored}) == (None, False)
    every = {ALPHA: still, LUMINANCE: ignored, DUAL: None}
    assert proposed_for(rita, every) == (NONE, False)
    assert proposed_for(rita, {**every, NONE: None}) == (None, True)
    assert proposed_for(rita, {DUAL: better, NONE: None}) == (DUAL, True)
