"""The gate in front of one upstream key: one row, shared by all workers."""

from __future__ import annotations

from django.db import models


class Gate(models.Model):
    """Rate, parallel calls and health of one upstream key.

    OPEN lets calls pass at the rate and up to the number that the settings allow.
    PAUSED opens by itself at `closed_until` (429). PARKED (401, 402, 403) and TRIPPED
    (a run of calls without an answer) open when a free request shows that the upstream
    is well again, or when staff open them.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        PAUSED = "paused", "Paused"
        PARKED = "parked", "Needs somebody"
        TRIPPED = "tripped", "Resting"

    key_hash = models.CharField(max_length=64, unique=True)  # of the address and the key
    key_tail = models.CharField(max_length=4)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    closed_until = models.DateTimeField(null=True)  # until then nothing is tried
    reason = models.CharField(max_length=60, blank=True)
    sentence = models.CharField(max_length=300, blank=True)  # why it is closed, for people
    next_call_at = models.DateTimeField(null=True)  # GCRA: theoretical arrival time
    closings = models.PositiveSmallIntegerField(default=0)  # in a row, for the backoff
    failures = models.PositiveSmallIntegerField(default=0)  # without an answer, in a row
    failing_since = models.DateTimeField(null=True)
    # What was left when somebody, or the probe of a closed gate, last asked for it.
    balance_nano = models.BigIntegerField(null=True)
    balance_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"key …{self.key_tail}: {self.get_state_display()}"
