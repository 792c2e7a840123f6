"""The models that the upstream offers, as this server sees them."""

from __future__ import annotations

from typing import Any

from django.db import models

from editor.imaging.encoding import MaskDialect
from editor.nanogpt.catalogue import price_of

# For people. What staff are told in `held_back` names sums, of which some are somebody's own.
HELD_BACK = "It charged more than agreed, so new edits wait until staff have looked."


class UpstreamModelQuerySet(models.QuerySet["UpstreamModel"]):
    """Reads over the catalogue."""

    def offered(self) -> UpstreamModelQuerySet:
        """What people may choose: listed upstream now, able to edit, not hidden by staff."""
        return self.filter(is_listed=True, is_hidden=False, edits=True).order_by("position", "name")


class UpstreamModel(models.Model):
    """A row of the catalogue. A refresh rewrites every field that staff have not overridden."""

    class MaskSupport(models.TextChoices):
        NATIVE = "native", "The model reads the mask"
        ENFORCED = "enforced", "The mask is enforced here"
        REQUIRED = "required", "The model needs a mask"

    CATALOGUE_FIELDS = (
        "name",
        "description",
        "sizes",
        "prices",
        "max_images",
        "fixed_images",
        "max_inputs",
        "mask_support",
        "mask_dialect",
        "prompt_limit",
        "least_pixels",
        "most_pixels",
        "edits",
    )

    model_id = models.CharField("id upstream", max_length=200, unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    sizes = models.JSONField(default=list, blank=True)  # strings as the upstream spells them
    prices = models.JSONField(default=dict, blank=True)  # size -> nano-dollars per image
    max_images = models.PositiveSmallIntegerField(default=1)
    fixed_images = models.PositiveSmallIntegerField(null=True, blank=True)
    max_inputs = models.PositiveSmallIntegerField(default=1)
    mask_support = models.CharField(
        max_length=10, choices=MaskSupport.choices, default=MaskSupport.ENFORCED
    )
    mask_dialect = models.CharField(
        max_length=10,
        choices=[(dialect.value, dialect.value) for dialect in MaskDialect],
        default=MaskDialect.DUAL.value,
    )
    prompt_limit = models.PositiveIntegerField(null=True, blank=True)
    # Total pixels that it takes, where the catalogue's sizes do not tell all.
    least_pixels = models.PositiveIntegerField(null=True, blank=True)
    most_pixels = models.PositiveIntegerField(null=True, blank=True)
    edits = models.BooleanField("can edit pictures", default=True)
    is_hidden = models.BooleanField("hidden from people", default=False)
    is_listed = models.BooleanField("listed upstream", default=True, editable=False)
    position = models.PositiveIntegerField(default=0)
    pinned = models.JSONField(
        default=list, blank=True, editable=False
    )  # names of overridden fields
    # What the upstream's list says of every field, also of those that staff have overridden.
    upstream = models.JSONField(default=dict, db_default={}, blank=True, editable=False)
    # Overridden field -> what the upstream said when staff last looked at it.
    looked_at = models.JSONField(default=dict, db_default={}, blank=True, editable=False)
    seen_at = models.DateTimeField(null=True, editable=False)
    # Why new edits with it wait until staff have looked; empty: they do not.
    held_back = models.CharField(
        max_length=300, blank=True, default="", db_default="", editable=False
    )

    objects = UpstreamModelQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    # What staff decide

    def override(self, *names: str) -> None:
        """Keep these fields as they are, whatever the upstream says from now on. Saves nothing."""
        self.pinned = sorted({*self.pinned, *names})
        self.keep_overrides(*names)

    def keep_overrides(self, *names: str) -> None:
        """Note that staff have seen what the upstream says of these fields. Saves nothing."""
        seen = {name: self.upstream[name] for name in names if name in self.upstream}
        self.looked_at = {**self.looked_at, **seen}

    def follow(self, *names: str) -> None:
        """Take what the upstream says of these fields, now and from now on. Saves nothing."""
        self.pinned = [name for name in self.pinned if name not in names]
        self.looked_at = {name: said for name, said in self.looked_at.items() if name not in names}
        for name in names:
            if name in self.upstream:
                setattr(self, name, self.upstream[name])

    @property
    def hidden_changes(self) -> list[str]:
        """Overridden fields of which the upstream has said something else since."""
        return [
            name
            for name in self.pinned
            if name in self.looked_at and self.looked_at[name] != self.upstream.get(name)
        ]

    # What others ask

    def price_nano(self, size: str = "") -> int | None:
        """Price of one image in nano-dollars; None when the catalogue names none."""
        return price_of(self.prices, size)

    @property
    def max_references(self) -> int:
        """How many pictures may be sent along beside the one to edit."""
        return max(0, self.max_inputs - 1)

    @property
    def references_text(self) -> str:
        """The same in words."""
        most = self.max_references
        if not most:
            return "no further pictures"
        return "at most 1 further picture" if most == 1 else f"at most {most} further pictures"

    def images_for(self, wanted: int) -> int:
        """How many images a call brings: models with a fixed count ignore the wish."""
        return self.fixed_images or wanted

    def estimate_nano(self, size: str, wanted: int) -> int | None:
        """Price of one call in nano-dollars, None when unknown."""
        price = self.price_nano(size)
        return None if price is None else price * self.images_for(wanted)

    def for_studio(self) -> dict[str, Any]:
        """What the page has to know about this model."""
        return {
            "id": self.model_id,
            "name": self.name,
            "description": self.description,
            "sizes": self.sizes,
            "prices": self.prices,
            "price_nano": self.price_nano(),
            "max_images": self.max_images,
            "fixed_images": self.fixed_images,
            "max_references": self.max_references,
            "mask_support": self.mask_support,
            "prompt_limit": self.prompt_limit,
            "held_back": HELD_BACK if self.held_back else "",
        }
