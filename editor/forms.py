"""Shape and limits of everything a person may send."""

from __future__ import annotations

import re
import unicodedata
import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.forms import UserCreationForm

from editor.frame_forms import BoxField, FrameForm, PartsField
from editor.imaging.changes import LEVELS
from editor.imaging.encoding import MaskDialect
from editor.imaging.margins import Margins
from editor.imaging.regions import MOST_REGIONS
from editor.models import Picture, Review, ReviewReason, UpstreamModel, User
from editor.money import NANO

MAX_PROMPT = 4000
MAX_IMAGES = 10
MOST_FEATHER, MOST_GROW = 1000, 500  # pixels
MOST_MARGIN = 20_000  # no side of a picture may be longer than that
MAX_REFERENCES = 100  # what a model takes is far less, and says so
REFERENCE_GONE = "A reference is not there any more. Choose again."
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|[\ud800-\udfff]")


def clean_text(given: str) -> str:
    """Normalise to NFC, with line feeds only, and drop what is no text."""
    text = unicodedata.normalize("NFC", _NOT_TEXT.sub("", given))
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _margin(side: str) -> forms.IntegerField:
    whole = f"The {side} margin must be a whole number of pixels, 0 or more."
    return forms.IntegerField(
        min_value=0,
        max_value=MOST_MARGIN,
        required=False,
        error_messages={
            "invalid": whole,
            "min_value": whole,
            "max_value": f"The {side} margin is more than {MOST_MARGIN:,} pixels.",
        },
    )


class OutlineForm(forms.Form):
    """A rough selection: a part of the picture, and a grey PNG of what is selected in it."""

    box = BoxField(error_messages={"required": "Say which part of the picture is selected."})
    rough = forms.FileField(
        allow_empty_file=True,
        error_messages={
            "required": "No selection arrived. Draw over the object and try again.",
            "invalid": "No selection arrived. Draw over the object and try again.",
        },
    )

    def first_problem(self) -> str:
        """The first complaint."""
        return next(str(problems[0]) for problems in self.errors.values())


class ReferencesField(forms.Field):
    """Ids of pictures, in their order, each once."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: list[str] | None) -> list[uuid.UUID]:
        """Read the ids."""
        given = list(dict.fromkeys(value or []))
        if len(given) > MAX_REFERENCES:
            raise forms.ValidationError(f"{MAX_REFERENCES} references are the most.")
        try:
            return [uuid.UUID(each) for each in given]
        except ValueError as unreadable:
            raise forms.ValidationError(REFERENCE_GONE) from unreadable


class WishForm(FrameForm):
    """What the studio sends."""

    prompt = forms.CharField(
        strip=True,
        max_length=100_000,  # the real limit is the model's, and says so
        error_messages={"required": "Say what should happen: the prompt is empty."},
    )
    model = forms.ModelChoiceField(
        queryset=UpstreamModel.objects.none(),
        to_field_name="model_id",
        error_messages={
            "required": "Choose a model.",
            "invalid_choice": "This model is not offered any more. Choose another one.",
        },
    )
    n = forms.IntegerField(min_value=1, max_value=MAX_IMAGES, required=False)
    size = forms.CharField(max_length=40, required=False)
    submit_key = forms.UUIDField()
    shown_price = forms.IntegerField(min_value=0, required=False)
    mask = forms.FileField(required=False, allow_empty_file=True)
    kept_mask = forms.UUIDField(required=False)
    references = ReferencesField(required=False)
    run_again = forms.BooleanField(required=False)  # although the same wish was made before
    to_front = forms.BooleanField(required=False)  # before one's other jobs
    part = PartsField(required=False)  # one edit for each

    def __init__(self, *args: object, owner: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.owner = owner
        models = self.fields["model"]
        models.queryset = UpstreamModel.objects.offered()  # type: ignore[attr-defined]

    def clean_references(self) -> list[Picture]:
        """Find the pictures, which must be the person's own. How many, the model decides."""
        ids: list[uuid.UUID] = self.cleaned_data["references"]
        found = Picture.objects.owned_by(self.owner).in_bulk(ids)
        if len(found) < len(ids):
            raise forms.ValidationError(REFERENCE_GONE)
        return [found[each] for each in ids]

    def clean_prompt(self) -> str:
        """Refuse what is blank after cleaning, or longer than any model reads."""
        prompt = clean_text(self.cleaned_data["prompt"])
        if not prompt:
            raise forms.ValidationError("Say what should happen: the prompt is empty.")
        if len(prompt) > MAX_PROMPT:
            raise forms.ValidationError(
                f"The prompt has {len(prompt):,} characters; the limit is {MAX_PROMPT:,}."
            )
        return prompt

    def clean(self) -> dict[str, object]:
        """Check the wish against what the chosen model can do."""
        cleaned = super().clean() or {}
        cleaned["n"] = cleaned.get("n") or 1
        model: UpstreamModel | None = cleaned.get("model")
        if model is None:
            return cleaned
        self._check_count(model, cleaned["n"])
        size = cleaned.get("size", "")
        if size and size not in model.sizes:
            self.add_error("size", f"{model.name} does not offer the size “{size}”.")
        limit, prompt = model.prompt_limit, cleaned.get("prompt", "")
        if limit and len(prompt) > limit:
            self.add_error(
                "prompt",
                f"{model.name} reads at most {limit:,} characters; the prompt has {len(prompt):,}.",
            )
        return cleaned

    def _check_count(self, model: UpstreamModel, n: int) -> None:
        if model.fixed_images is None and n > model.max_images:
            most = "1 image" if model.max_images == 1 else f"{model.max_images} images"
            self.add_error("n", f"{model.name} makes at most {most} per call.")

    def first_problem(self) -> tuple[str, str]:
        """The first complaint: field name (empty for the whole form) and sentence."""
        for field, problems in self.errors.items():
            return ("" if field == "__all__" else field), str(problems[0])
        return "", ""


class ExtendForm(forms.Form):
    """How many pixels a canvas is to reach beyond its picture on each side; empty means none."""

    left = _margin("left")
    top = _margin("top")
    right = _margin("right")
    bottom = _margin("bottom")

    @property
    def margins(self) -> Margins:
        return Margins(*(self.cleaned_data[side] or 0 for side in Margins._fields))

    def first_problem(self) -> tuple[str, str]:
        """The first complaint: field name and sentence."""
        return next((field, str(problems[0])) for field, problems in self.errors.items())


def _within(
    what: str, unit: str, least: int, most: int, *, required: bool = True
) -> forms.IntegerField:
    sentence = f"The {what} must be a whole number of {unit} from {least} to {most}."
    return forms.IntegerField(
        min_value=least,
        max_value=most,
        required=required,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), sentence),
    )


_NO_AREAS = "The choice of areas cannot be read. Reload the page."


class _AreasField(forms.JSONField):
    """JSON that may be as deep and as long-winded as it likes: it is refused, never an error."""

    def to_python(self, value: Any) -> Any:
        """Read it; nesting and numbers beyond what Python reads count as unreadable."""
        try:
            return super().to_python(value)
        except (ValueError, RecursionError) as unreadable:
            raise forms.ValidationError(_NO_AREAS) from unreadable


class AdjustForm(forms.Form):
    """How a finished edit is to be put together anew: free, so nothing about money."""

    result = forms.IntegerField(
        min_value=1, error_messages={"required": "Choose the result that is to be adjusted."}
    )
    feather = _within("feather", "pixels", 0, MOST_FEATHER)
    grow = _within("growing", "pixels", -MOST_GROW, MOST_GROW)
    opacity = _within("opacity", "percent", 1, 100)
    level = _within("threshold", "steps", 1, LEVELS, required=False)
    match_colour = forms.BooleanField(required=False)
    undo_drift = forms.BooleanField(required=False)
    areas = _AreasField(required=False, error_messages={"invalid": _NO_AREAS})
    restored = forms.FileField(required=False, allow_empty_file=True)

    def clean_areas(self) -> tuple[int, ...]:
        """Take the choice per area: ids of results, 0 for the original."""
        given = self.cleaned_data["areas"] or []
        numbers = isinstance(given, list) and all(type(each) is int and each >= 0 for each in given)
        if not numbers or len(given) > MOST_REGIONS:
            raise forms.ValidationError(_NO_AREAS)
        return tuple(given)

    def first_problem(self) -> str:
        """The first complaint."""
        return next(str(problems[0]) for problems in self.errors.values())


class SetupForm(UserCreationForm):  # type: ignore[type-arg]
    """The first account."""

    class Meta:
        model = User
        fields = ("username",)


APPROVED, REJECTED = Review.Verdict.APPROVED, Review.Verdict.REJECTED


class VerdictForm(forms.Form):
    """A staff verdict: a reason that is there, words of one's own, or both. `said` has them."""

    verdict = forms.ChoiceField(choices=[(each.value, each.label) for each in (APPROVED, REJECTED)])
    reason = forms.ModelChoiceField(ReviewReason.objects.filter(in_use=True), required=False)
    note = forms.CharField(max_length=1600, required=False, strip=True)

    def clean(self) -> dict[str, object]:
        """Put reason and words together; a rejection needs some."""
        cleaned = super().clean() or {}
        reason = cleaned.get("reason")
        words = [reason.sentence if reason else "", cleaned.get("note") or ""]
        cleaned["said"] = " ".join(filter(None, words))
        if not self.errors and cleaned["verdict"] == REJECTED and not cleaned["said"]:
            self.add_error("note", "Say why: the owner reads it.")
        return cleaned

    def first_problem(self) -> str:
        """One sentence for the desk."""
        if "verdict" in self.errors:
            return "Choose approve or reject."
        if "reason" in self.errors:
            return "This reason is not offered any more."
        return str(self.errors["note"][0])


class SettleForm(forms.Form):
    """What staff found out about a call without an answer."""

    charged = forms.TypedChoiceField(
        choices=[("yes", "Charged"), ("no", "Not charged")], coerce=lambda said: said == "yes"
    )
    cost = forms.DecimalField(min_value=0, max_value=1000, decimal_places=9, required=False)
    reason = forms.CharField(max_length=300, strip=True)

    def clean(self) -> dict[str, object]:
        """A charge needs its sum: `cost_nano` in nano-dollars, None where nothing was charged."""
        cleaned = super().clean() or {}
        cost: Decimal | None = cleaned.get("cost")
        if cleaned.get("charged") and cost is None and "cost" not in self.errors:
            self.add_error("cost", "Say how much was charged.")
        cleaned["cost_nano"] = int(cost * NANO) if cost is not None else None
        return cleaned

    def cleaned_settlement(self) -> dict[str, Any]:
        """What `settlements` takes: charged, cost_nano and reason."""
        return {name: self.cleaned_data[name] for name in ("charged", "cost_nano", "reason")}

    def first_problem(self) -> str:
        """One sentence for the desk."""
        if "reason" in self.errors:
            return "Say why: a reason of up to 300 characters is kept in the history."
        if "cost" in self.errors:
            return "Say how many dollars were charged, from 0 to 1000."
        return "Choose whether it was charged."


class MaskTestForm(forms.Form):
    """Which ways to send a mask are to be tried, and the sum that was named for it."""

    dialect = forms.TypedMultipleChoiceField(
        choices=[(dialect.value, dialect.value) for dialect in MaskDialect], coerce=MaskDialect
    )
    test_id = forms.UUIDField()
    shown_total = forms.IntegerField(min_value=0, required=False)


class PriceForm(forms.Form):
    """A button that pays: the price it named, and a key so that two clicks are one."""

    submit_key = forms.UUIDField(required=False)
    shown_price = forms.IntegerField(min_value=0, required=False)
    agreed_before = forms.IntegerField(min_value=0, required=False)  # "pay again": consents so far
