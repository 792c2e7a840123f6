"""What a result tells people about how it was put together."""

from editor.imaging.drift import Drift
from editor.models import Result
from editor.models.results import FIT_FIELDS


def test_a_result_of_before_the_measuring_says_nothing_of_drift():
    result = Result(outside_pixels=9, changed_pixels=0, raw_changed_share=0.4)
    assert result.drift is None
    assert (result.fit_sentence, result.fit_warning) == ("", "")


def test_an_undone_drift_and_matched_colours_are_told():
    result = Result()
    result.note_fit(
        Drift(3, -4, 1.0, undone=True, textured=True, residual_before=9), colour_matched=True
    )
    assert result.fit_sentence.replace("\u00a0", " ") == (
        "The answer was shifted by 5.0 px; undone. "
        "Its colours were matched at the edge of the paint."
    )
    assert not result.fit_warning


def test_a_flat_outside_gives_a_warning_and_no_figures():
    result = Result()
    result.note_fit(Drift(2, 2, 1.01, undone=False, textured=False), colour_matched=False)
    assert result.fit_sentence == ""
    assert "too little" in result.fit_warning


def test_without_a_mask_only_the_colours_are_noted():
    result = Result()
    result.note_fit(None, colour_matched=False)
    assert result.drift is None
    assert result.colour_matched is False


def test_every_figure_of_the_fit_is_saved_by_its_fields():
    kept, blank = Result(), Result()
    kept.note_fit(Drift(1, 2, 1.003, undone=True, textured=True), colour_matched=True)
    fields = [field.attname for field in Result._meta.concrete_fields]
    noted = {name for name in fields if getattr(kept, name) != getattr(blank, name)}
    assert noted - {"created_at"} == set(FIT_FIELDS)
