"""What a person asks for, and whether it can be taken: all that is checked before a row is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from editor.imaging.encoding import MaskDialect
from editor.imaging.framing import Box
from editor.imaging.planning import FrameChoice, FrameWish
from editor.masks import PaintedMask, read_painted, read_parts
from editor.models import EditJob, Mask, MaskTest, Picture, Reference, UpstreamModel, User, wording
from editor.models.catalogue import HELD_BACK
from editor.models.frame_wording import NOTHING_PAINTED
from editor.models.framings import wish_key
from editor.models.wishes import wish_hash
from editor.money import dollars


@dataclass(frozen=True)
class Wish:
    """Everything a person asked for, checked for shape by the form."""

    picture: Picture
    prompt: str
    model: UpstreamModel
    n: int
    size: str
    # Painted just now (read already, or not), painted before, or the whole picture may change.
    mask: bytes | PaintedMask | Mask | None
    frame: FrameWish = field(default_factory=FrameWish)
    references: tuple[Picture, ...] = ()  # further pictures to send along, in this order
    test: MaskTest | None = None  # what it is part of, if it is a test of masks,
    dialect: MaskDialect | None = None  # and how the mask is written for it

    @property
    def estimate_nano(self) -> int | None:
        """What one call for it costs today, None when unknown."""
        return self.model.estimate_nano(self.size, self.n)


class SubmitRefused(Exception):
    """A wish that is not taken, with one sentence for people and the field it is about."""

    def __init__(self, sentence: str, *, field: str = "", status: int = 422) -> None:
        super().__init__(sentence)
        self.field = field
        self.status = status


class PriceChanged(SubmitRefused):
    """The price on the button is not the price of the catalogue any more."""

    def __init__(self, price_nano: int | None, edits: int = 1) -> None:
        what = "this edit is" if edits == 1 else f"these {edits} edits are"
        super().__init__(
            f"The price has changed: {what} now {dollars(price_nano)}. "
            "Nothing was sent; press the button again if you agree.",
            field="shown_price",
            status=409,
        )
        self.price_nano = price_nano


class AlreadyDone(SubmitRefused):
    """The very same wish has its result already, or is on its way to it: `job`."""

    def __init__(self, job: EditJob, edits: int = 1) -> None:
        sentence = wording.already_there(job)
        if edits > 1:
            sentence = f"{sentence} It is one of these {edits} edits."
        super().__init__(sentence, status=409)
        self.job = job


@dataclass(frozen=True)
class Checked:
    """A wish that can be taken: its mask read, its name among equal wishes, its price."""

    wish: Wish
    mask: PaintedMask | Mask | None
    digest: str
    estimate_nano: int | None


def checked(
    owner: User, wishes: Sequence[Wish], shown_price_nano: int | None, *, run_again: bool = False
) -> list[Checked]:
    """Check wishes that are sent by one press, at the price that was shown for all of them.

    `run_again`: although the same wish has its result already. Keeps nothing. Raises
    SubmitRefused (AlreadyDone and PriceChanged among them) and MaskRefused.
    """
    check_is_on(owner)
    for wish in wishes:
        _check_references(owner, wish)
    read = [(wish, _painted(wish)) for wish in wishes]
    found = [Checked(wish, mask, _hash_of(wish, mask), wish.estimate_nano) for wish, mask in read]
    if not run_again:
        for each in found:
            there = EditJob.objects.already_there(owner, each.digest)
            if there is not None:
                raise AlreadyDone(there, len(found))
    for wish in wishes:
        check_not_held_back(wish.model)
    total = total_of(wishes)
    if shown_price_nano != total:
        raise PriceChanged(total, len(found))
    for each in found:
        _check_mask(each)
    return found


def check_is_on(owner: User) -> None:
    """Refuse to send anything for somebody who was switched off. Raises SubmitRefused."""
    if not owner.is_active:
        sentence = f"The account of {owner} is switched off, so nothing of theirs is sent."
        raise SubmitRefused(sentence, status=409)


def total_of(wishes: Sequence[Wish]) -> int | None:
    """What wishes cost together, None when the price of one is unknown."""
    total = 0
    for wish in wishes:
        if wish.estimate_nano is None:
            return None
        total += wish.estimate_nano
    return total


def parted(wish: Wish, parts: Sequence[Box]) -> list[Wish]:
    """Make one wish for each part of the paint, each framed on its own. Raises MaskRefused.

    A frame around the paint keeps its context. The whole picture, or a box by hand, was chosen
    for all of the paint and means nothing for a part.
    """
    if not isinstance(wish.mask, bytes):
        sentence = "Paint at least two areas to send them as edits of their own."
        raise SubmitRefused(sentence, field="mask")
    frame = wish.frame if wish.frame.choice is FrameChoice.AROUND else FrameWish()
    masks = read_parts(wish.picture, wish.mask, parts)
    return [replace(wish, mask=mask, frame=frame) for mask in masks]


def check_not_held_back(model: UpstreamModel) -> None:
    """Refuse a model that takes no new edits until staff have looked."""
    if model.held_back:
        sentence = f"{model.name} cannot be used just now. {HELD_BACK}"
        raise SubmitRefused(sentence, field="model", status=409)


def _painted(wish: Wish) -> PaintedMask | Mask | None:
    return read_painted(wish.picture, wish.mask) if isinstance(wish.mask, bytes) else wish.mask


def _check_references(owner: User, wish: Wish) -> None:
    """Refuse more than the model takes, and what is not this person's, or not any more."""
    most, given = wish.model.max_references, wish.references
    if len(given) > most:
        sentence = f"{wish.model.name} takes {wish.model.references_text}, not {len(given)}."
        raise SubmitRefused(sentence, field="references")
    there = Picture.objects.owned_by(owner).filter(pk__in=[picture.pk for picture in given])
    if there.count() != len(given):  # gone meanwhile, somebody else's, or the same one twice
        sentence = "A reference is not there any more. Choose again."
        raise SubmitRefused(sentence, field="references")


def _check_mask(each: Checked) -> None:
    """Refuse a model without the mask it needs, and a frame that holds nothing of the paint."""
    wish, mask = each.wish, each.mask
    if mask is None:
        if wish.model.mask_support == UpstreamModel.MaskSupport.REQUIRED:
            name = wish.model.name
            sentence = f"{name} only works with a mask: paint the part that may change."
            raise SubmitRefused(sentence, field="mask")
        return
    if wish.frame.choice is not FrameChoice.BY_HAND or wish.frame.box is None:
        return
    painted = (
        mask.measure.box
        if isinstance(mask, PaintedMask)
        else Box(mask.left, mask.top, mask.right, mask.bottom)
    )
    if painted and not painted.meet(wish.frame.box):
        raise SubmitRefused(NOTHING_PAINTED, field="frame")


def _hash_of(wish: Wish, mask: PaintedMask | Mask | None) -> str:
    return wish_hash(
        wish.picture.sha256,
        mask.sha256 if mask else None,
        wish.prompt,
        wish.model.model_id,
        wish.n,
        wish.size,
        wish_key(wish.frame, masked=mask is not None),
        [picture.sha256 for picture in wish.references],
        wish.dialect or "",
    )


def is_wish_of(job: EditJob, wish: Wish) -> bool:
    """Tell whether a job was made of this wish, its paint included. Raises MaskRefused."""
    same = (job.picture_id, job.prompt, job.model_id, job.n, job.size, job.frame_wish) == (
        wish.picture.pk,
        wish.prompt,
        wish.model.model_id,
        wish.n,
        wish.size,
        wish.frame,
    )
    if not same or Reference.objects.pictures_of(job) != list(wish.references):
        return False
    # Jobs from before wishes had names are taken for the same: what was painted is not known.
    return not job.wish_hash or job.wish_hash == _hash_of(wish, _painted(wish))
