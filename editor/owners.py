"""The worker's question before it sends: may the owner of this job have anything sent at all?"""

from __future__ import annotations

from django.db import transaction

from editor import budgets
from editor.models import EditJob, JobState, User


def cancel_of_switched_off(job: EditJob) -> bool:
    """Cancel a claimed job of somebody who was switched off; False when they are not.

    Administrators cancel what they find when they switch somebody off; what was just being
    queued or claimed at that moment comes here.
    """
    if User.objects.filter(pk=job.owner_id, is_active=True).exists():
        return False
    with transaction.atomic():
        if job.move(
            JobState.CANCELLED,
            "Cancelled before anything was sent: the account of its owner is switched off.",
        ):
            budgets.release_unspent(job)
    return True
