"""What the calls of a test of masks say about the model, in plain words, and what to propose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from editor.imaging.encoding import MaskDialect
from editor.models.attempts import Attempt
from editor.models.jobs import EditJob, JobState
from editor.models.mask_tests import MaskTest
from editor.models.results import Result

# Shares of pixels that an answer visibly changed. The test's picture is made so that a model
# that draws there changes nearly all of them, and one that leaves a place alone hardly any.
CLEAR = 0.3  # so much more on one side than on the other tells the sides apart
STRAYS_FROM = 0.25  # more than this outside is no longer a mask that is kept to
NEARLY_AS_GOOD = 0.1
MASKED = (MaskDialect.ALPHA, MaskDialect.LUMINANCE, MaskDialect.DUAL)
# Refusals that say something about the request; others are about the key, money or the rate.
_ABOUT_THE_REQUEST = (400, 413, 415, 422)

DIALECT_WORDS = {
    MaskDialect.ALPHA: "alpha (transparent is edited)",
    MaskDialect.LUMINANCE: "luminance (white is edited)",
    MaskDialect.DUAL: "dual (white and transparent is edited)",
    MaskDialect.NONE: "none (no mask is sent, it is enforced here)",
}


class Verdict(StrEnum):
    """What one call of a test came to."""

    OPEN = "open"
    FOLLOWS = "follows"
    STRAYS = "strays"
    IGNORES = "ignores"
    REVERSED = "reversed"
    UNTOUCHED = "untouched"
    UNMASKED = "unmasked"
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """On a chip."""
        return _LABELS[self]

    @property
    def is_good(self) -> bool:
        return self in (Verdict.FOLLOWS, Verdict.STRAYS)


_LABELS = {
    Verdict.OPEN: "Not there yet",
    Verdict.FOLLOWS: "Follows the mask",
    Verdict.STRAYS: "Follows it loosely",
    Verdict.IGNORES: "Ignores the mask",
    Verdict.REVERSED: "Takes it the wrong way round",
    Verdict.UNTOUCHED: "Changed next to nothing",
    Verdict.UNMASKED: "Answered without a mask",
    Verdict.REFUSED: "Refused",
    Verdict.FAILED: "No picture came",
}


@dataclass(frozen=True)
class Finding:
    """One dialect of a test: its newest job, what came of it, and what that means."""

    dialect: MaskDialect
    job: EditJob
    result: Result | None  # the first usable picture
    verdict: Verdict
    sentence: str

    @property
    def words(self) -> str:
        return DIALECT_WORDS[self.dialect]

    @property
    def inside(self) -> float:
        """Share of the painted pixels that the answer changed, 0 to 1."""
        return (self.result.inside_changed_share or 0.0) if self.result else 0.0

    @property
    def outside(self) -> float:
        """Share of the unpainted pixels that the answer changed, 0 to 1."""
        return (self.result.raw_changed_share or 0.0) if self.result else 0.0

    @property
    def inside_text(self) -> str:
        return percent(self.inside)

    @property
    def outside_text(self) -> str:
        return percent(self.outside)

    @property
    def is_over(self) -> bool:
        """Whether nothing happens to it any more by itself."""
        return not self.job.is_open or self.job.is_unknown


def findings_of(test: MaskTest) -> list[Finding]:
    """Give what each dialect of a test came to, in the order of the dialects."""
    newest: dict[str, EditJob] = {}
    jobs = test.jobs.prefetch_related("attempts__results__picture").order_by("created_at", "id")
    for job in jobs:
        newest[job.mask_dialect] = job
    return [_finding(dialect, newest[dialect]) for dialect in MaskDialect if dialect in newest]


def _finding(dialect: MaskDialect, job: EditJob) -> Finding:
    result = next((each for each in job.results if each.inside_changed_share is not None), None)
    if result is None:
        verdict, sentence = _without_picture(job)
        return Finding(dialect, job, None, verdict, sentence)
    inside, outside = result.inside_changed_share or 0.0, result.raw_changed_share or 0.0
    verdict = judge(inside, outside)
    if dialect is MaskDialect.NONE:
        verdict = Verdict.UNMASKED
    measured = f"{percent(inside)} changed inside the mask, {percent(outside)} outside."
    return Finding(dialect, job, result, verdict, measured[0].upper() + measured[1:])


def judge(inside: float, outside: float) -> Verdict:
    """Tell from the shares that changed how a model took a mask."""
    if max(inside, outside) < CLEAR:
        return Verdict.UNTOUCHED
    if inside - outside >= CLEAR:
        return Verdict.FOLLOWS if outside < STRAYS_FROM else Verdict.STRAYS
    return Verdict.REVERSED if outside - inside >= CLEAR else Verdict.IGNORES


def _without_picture(job: EditJob) -> tuple[Verdict, str]:
    if job.is_open and not job.is_unknown:
        return Verdict.OPEN, job.state_sentence
    refused = job.attempts.filter(
        state=Attempt.State.NOT_CHARGED, http_status__in=_ABOUT_THE_REQUEST
    )
    if job.state == JobState.FAILED and refused.exists():
        return Verdict.REFUSED, job.state_sentence
    return Verdict.FAILED, job.state_sentence


def proposal(findings: Sequence[Finding]) -> MaskDialect | None:
    """Propose the dialect that the model follows best; none when it follows no mask at all.

    A plain dialect wins over the dual one that is hardly better: it is what the model was
    made for. None when the calls so far do not tell.
    """
    following = [finding for finding in findings if finding.verdict.is_good]
    kept_to = [finding for finding in following if finding.verdict is Verdict.FOLLOWS]
    candidates = kept_to or following
    if candidates:
        best = max(_margin(finding) for finding in candidates)
        good = [each for each in candidates if _margin(each) >= best - NEARLY_AS_GOOD]
        return min(
            good, key=lambda each: (each.dialect is MaskDialect.DUAL, -_margin(each))
        ).dialect
    told = {finding.dialect for finding in findings if _tells(finding)}
    if told.issuperset(MASKED) and not needs_mask(findings):
        return MaskDialect.NONE
    return None


def needs_mask(findings: Sequence[Finding]) -> bool:
    """Tell whether the model refuses to work without a mask."""
    return any(
        finding.dialect is MaskDialect.NONE and finding.verdict is Verdict.REFUSED
        for finding in findings
    )


def reason(findings: Sequence[Finding]) -> str:
    """Say why this is proposed, or why nothing is."""
    dialect = proposal(findings)
    if dialect is MaskDialect.NONE:
        return "It follows none of the masks, so none is sent, and the mask is enforced here."
    if dialect is not None:
        found = next(finding for finding in findings if finding.dialect is dialect)
        more = " It works with a mask only." if needs_mask(findings) else ""
        return f"With it the model keeps to the mask. {found.sentence}{more}"
    left = [dialect for dialect in MASKED if dialect not in {each.dialect for each in findings}]
    if left:
        return f"The calls so far do not tell. Test {' and '.join(left)} as well."
    return "The calls do not tell how this model takes masks."


def percent(share: float) -> str:
    """Say a share without rounding anything to nothing or to everything."""
    if 0 < share < 0.01:
        return "under 1 %"
    if 0.99 < share < 1:
        return "over 99 %"
    return f"{share:.0%}".replace("%", " %")


def _margin(finding: Finding) -> float:
    return finding.inside - finding.outside


def _tells(finding: Finding) -> bool:
    return finding.verdict not in (Verdict.OPEN, Verdict.FAILED)
