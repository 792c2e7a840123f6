"""The form for an own API key. It only takes: no page ever shows a key again."""

from __future__ import annotations

import re

from django import forms

LEAST, MOST = 16, 512


class KeyForm(forms.Form):
    """One key, as the upstream gave it out."""

    key = forms.CharField(
        label="API key",
        max_length=MOST,
        widget=forms.PasswordInput(
            render_value=False,
            attrs={
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
                "placeholder": "sk-nano-…",
            },
        ),
        error_messages={
            "required": "Paste your key.",
            "max_length": f"A key has at most {MOST} characters.",
        },
    )

    def clean_key(self) -> str:
        """One word of plain characters, long enough that its last four give nothing away."""
        key = str(self.cleaned_data["key"])
        if re.search(r"[^!-~]", key):
            raise forms.ValidationError("A key is one word of plain letters, digits and marks.")
        if len(key) < LEAST:
            raise forms.ValidationError("This is too short for a key. Copy all of it.")
        return key
