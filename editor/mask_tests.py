"""Staff test how a model reads masks: one ordinary paid edit for each dialect.

A known picture is sent with a known mask, and what the answers changed inside and outside of
it tells how the model took it. Budget, consent, gate and everything else that keeps an edit
from being paid twice or lost are the same as for any other edit.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from editor import allowances, storage
from editor.audit import record
from editor.imaging import apart, steps
from editor.imaging.encoding import MaskDialect, encode_kept_mask, encode_master
from editor.imaging.planning import FrameChoice, FrameWish
from editor.imaging.probe import probe_mask, probe_picture
from editor.imaging.steps import Answer
from editor.masks import keep_mask
from editor.models import Mask, MaskTest, Picture, Result, UpstreamModel, User
from editor.models.mask_findings import findings_of, needs_mask, proposal
from editor.money import dollars
from editor.pictures import kept
from editor.results import answer_limits, frame_of
from editor.submission import SubmitRefused, Wish, submit_edit
from editor.uploads import UploadRefused, receive_picture

PROMPT = "Turn everything here into a wall of red bricks."
PICTURE_NAME = "Test of masks.png"


@dataclass(frozen=True)
class Offer:
    """What a test of some dialects would cost, before anything is sent.

    `price_nano` is for one call, None when the catalogue names none; `left_nano` is what is
    left of the month of who would pay, None without a cap.
    """

    model: UpstreamModel
    dialects: tuple[MaskDialect, ...]
    size: str
    price_nano: int | None
    left_nano: int | None

    @property
    def total_nano(self) -> int | None:
        return None if self.price_nano is None else self.price_nano * len(self.dialects)

    @property
    def images(self) -> int:
        """How many pictures one call brings; each is paid for."""
        return self.model.images_for(1)

    @property
    def price_text(self) -> str:
        return dollars(self.price_nano)

    @property
    def total_text(self) -> str:
        return dollars(self.total_nano)

    @property
    def left_text(self) -> str:
        return "" if self.left_nano is None else dollars(max(0, self.left_nano))

    @property
    def fits(self) -> bool:
        return self.left_nano is None or (self.total_nano or 0) <= self.left_nano

    @property
    def problem(self) -> str:
        """Why it cannot be started, in one sentence; empty when it can."""
        if not self.model.is_listed:
            return f"{self.model.name} is not listed upstream now, so it cannot be called."
        if self.model.held_back:
            return f"{self.model.name} takes no edits until its cost was looked at."
        if not self.dialects:
            return "Choose at least one way to send the mask."
        if not self.fits:
            return f"It does not fit into what is left of your month: {self.left_text}."
        return ""


def offer(by: User, model: UpstreamModel, dialects: Sequence[MaskDialect]) -> Offer:
    """Work out what a test costs, at the size for which the model asks least."""
    size = _cheapest_size(model)
    price = model.estimate_nano(size, 1)
    return Offer(model, tuple(dialects), size, price, allowances.left_nano(by))


def _cheapest_size(model: UpstreamModel) -> str:
    """The first of the sizes at the lowest known price; without prices, the first one."""
    known = [(price, size) for size in model.sizes if (price := model.price_nano(size))]
    if known:
        least = min(price for price, _size in known)
        return next(str(size) for price, size in known if price == least)
    return str(model.sizes[0]) if model.sizes else ""


def start_test(
    offered: Offer, by: User, test_id: uuid.UUID, shown_total_nano: int | None
) -> MaskTest:
    """Queue an edit for each dialect, all of them or none; give the test.

    `test_id` comes with the form, so that the same form sent twice starts one test. Raises
    SubmitRefused, before anything is paid for.
    """
    earlier = MaskTest.objects.filter(pk=test_id, by=by).first()
    if earlier:
        return earlier
    if offered.problem:
        raise SubmitRefused(offered.problem)
    if shown_total_nano != offered.total_nano:
        sentence = (
            f"The price has changed: this test is now {offered.total_text}. Nothing was sent."
        )
        raise SubmitRefused(sentence, field="shown_price", status=409)
    picture, mask = _probe_of(by)
    with transaction.atomic():
        test, is_new = MaskTest.objects.get_or_create(
            pk=test_id,
            defaults={"model": offered.model, "by": by, "picture": picture, "mask": mask},
        )
        for dialect in offered.dialects if is_new else ():
            _submit(test, offered, dialect)
        if is_new:
            dialects = [dialect.value for dialect in offered.dialects]
            facts = {"dialects": dialects, "price_nano": offered.total_nano}
            record("mask_test.started", by=by, on=test, facts=facts)
    return test


def _submit(test: MaskTest, offered: Offer, dialect: MaskDialect) -> None:
    wish = Wish(
        test.picture,
        PROMPT,
        offered.model,
        1,
        offered.size,
        test.mask,
        FrameWish(FrameChoice.WHOLE),
        test=test,
        dialect=dialect,
    )
    key = uuid.uuid5(test.pk, dialect)
    # A test with a way missing would be read wrongly: it is begun as a whole or not at all.
    submit_edit(test.by, wish, key, offered.price_nano, run_again=True, may_wait=False)


def _probe_of(by: User) -> tuple[Picture, Mask]:
    """The picture and the mask of all of this person's tests; kept when first needed."""
    data = encode_master(probe_picture(), None)
    digest = hashlib.sha256(data).hexdigest()
    there = Picture.objects.owned_by(by).filter(origin=Picture.Origin.TEST, sha256=digest)
    picture = there.exclude(masks=None).first()
    if picture is None:
        try:
            upload = ContentFile(data, PICTURE_NAME)
            picture = receive_picture(by, upload, origin=Picture.Origin.TEST)
        except UploadRefused as refused:
            raise SubmitRefused(str(refused), status=refused.status) from refused
        return picture, keep_mask(picture, encode_kept_mask(probe_mask()))
    mask: Mask = picture.masks.earliest("created_at")
    return picture, mask


def conclude(test: MaskTest) -> None:
    """Note what a test proposes, once none of its calls goes on by itself."""
    findings = findings_of(test)
    if not all(finding.is_over for finding in findings):
        return
    proposed = proposal(findings) or ""
    if proposed != test.proposed:
        MaskTest.objects.filter(pk=test.pk).update(proposed=proposed)
        test.proposed = proposed


def choose(test: MaskTest, dialect: MaskDialect, by: User) -> str:
    """Let a model's masks be written in a dialect from now on; give what was done, for the log.

    It is pinned, as if it had been changed in the catalogue by hand: refreshes leave it alone.
    """
    support = _support_of(test, dialect)
    with transaction.atomic():
        model = UpstreamModel.objects.select_for_update().get(pk=test.model_id)
        before = model.mask_dialect
        model.mask_dialect, model.mask_support = dialect, support
        model.override("mask_dialect", "mask_support")
        model.save(update_fields=["mask_dialect", "mask_support", "pinned", "looked_at"])
        MaskTest.objects.filter(pk=test.pk).update(
            chosen=dialect, chosen_by=by, chosen_at=timezone.now()
        )
        facts = {"mask_dialect": [before, dialect.value], "after_test": str(test.pk)}
        record("model.changed", by=by, on=model, facts=facts)
    test.refresh_from_db()
    return f"Mask dialect {before} became {dialect.value} ({model.get_mask_support_display()})"


def _support_of(test: MaskTest, dialect: MaskDialect) -> UpstreamModel.MaskSupport:
    if dialect is MaskDialect.NONE:
        return UpstreamModel.MaskSupport.ENFORCED
    if needs_mask(findings_of(test)):
        return UpstreamModel.MaskSupport.REQUIRED
    return UpstreamModel.MaskSupport.NATIVE


def heat_of(test: MaskTest, result: Result) -> tuple[bytes, bytes]:
    """Give what a call of a test brought, as it came, and where it differs; both WebP.

    Raises FileNotFoundError, and what imaging or the storage raise when they cannot.
    """
    attempt = result.attempt
    raw = storage.get_as_written(str(result.raw.name), result.raw_sha256)
    mask = storage.get_as_written(str(test.mask.file.name), test.mask.sha256)
    answer = Answer(raw, frame_of(attempt), answer_limits())
    return apart.run(steps.heat, kept(test.picture), mask, answer)
