"""Shape and limits of a template."""

from __future__ import annotations

from django import forms

from editor.forms import MAX_PROMPT, clean_text

MAX_NAME = 80
_NO_NAME = "Give the template a name."
_LONG_NAME = f"A name has at most {MAX_NAME} characters."
_NO_PROMPT = "There is nothing to save yet: the prompt is empty."


class TemplateNameForm(forms.Form):
    """A template's name."""

    name = forms.CharField(
        max_length=MAX_NAME,
        error_messages={
            "required": _NO_NAME,
            "max_length": _LONG_NAME,
        },
    )

    def clean_name(self) -> str:
        """Refuse what is blank or too long after cleaning; a name is one line."""
        name = " ".join(clean_text(self.cleaned_data["name"]).split())
        if not name:
            raise forms.ValidationError(_NO_NAME)
        if len(name) > MAX_NAME:  # some characters become several
            raise forms.ValidationError(_LONG_NAME)
        return name

    def first_problem(self) -> tuple[str, str]:
        """The first complaint: field name and sentence."""
        return next((field, str(problems[0])) for field, problems in self.errors.items())


class TemplateForm(TemplateNameForm):
    """A template to save."""

    prompt = forms.CharField(error_messages={"required": _NO_PROMPT})

    def clean_prompt(self) -> str:
        """Refuse what could not be sent either."""
        prompt = clean_text(self.cleaned_data["prompt"])
        if not prompt:
            raise forms.ValidationError(_NO_PROMPT)
        if len(prompt) > MAX_PROMPT:
            raise forms.ValidationError(
                f"The prompt has {len(prompt):,} characters; the limit is {MAX_PROMPT:,}."
            )
        return prompt
