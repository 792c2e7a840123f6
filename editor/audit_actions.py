"""The words of the audit log: every act that is written down, and what people call it.

An act that is not named here is refused by `record`, so that one thing has one name. Add yours
where it belongs; nothing is taken away or renamed, since old rows keep saying it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        # Coming in
        "login.done": "Logged in",
        "login.failed": "Login failed",
        "session.ended": "Ended sessions",
        "password.changed": "Changed the password",
        "password.reset": "Reset the password by mail",
        "second_step.added": "Added a second step",
        "second_step.removed": "Removed a second step",
        "recovery_codes.made": "Made new recovery codes",
        "recovery_codes.seen": "Looked at the recovery codes",
        # People
        "account.made": "Made an account",
        "account.changed": "Changed an account",
        "account.role": "Changed a role",
        "account.switched_off": "Switched an account off",
        "account.switched_on": "Switched an account on",
        "account.connected": "Connected a login from elsewhere",
        "account.disconnected": "Disconnected a login from elsewhere",
        "account.deleted": "Deleted an account",
        "names.forgotten": "Forgot names in the audit log",
        "invitation.made": "Made an invitation",
        "invitation.used": "Used an invitation",
        "invitation.revoked": "Revoked an invitation",
        "settings.changed": "Changed settings",
        "webhook.changed": "Changed a webhook",
        # Edits
        "job.looked_at": "Looked at an edit",
        "job.judged": "Gave a verdict",
        "job.noted": "Wrote a note on an edit",
        "job.flagged": "Flagged an edit",
        "job.held": "Held an edit back",
        "job.approved": "Approved an edit",
        "job.declined": "Declined an edit",
        "job.retried": "Sent an edit again",
        "job.paid_again": "Paid for an edit again",
        "job.cancelled": "Cancelled an edit",
        "job.looked_up": "Asked the upstream about calls in doubt",
        "job.settled": "Settled an edit",
        "call.settled": "Settled a call",
        "answer.recorded": "Recorded an answer by hand",
        "result.held": "Held a result back",
        "result.released": "Released a result",
        "picture.looked_at": "Looked at a picture",
        "mask_test.started": "Started a test of masks",
        # Money and keys
        "budget.changed": "Changed a budget",
        "balance.floor": "Changed the floor of the balance",
        "balance.read": "Read the balance",
        "key.added": "Added a key",
        "key.replaced": "Replaced a key",
        "key.removed": "Removed a key",
        "key.tested": "Tested a key",
        "keys.rotated": "Encrypted the keys anew",
        # What others may see
        "share.made": "Made a share link",
        "share.changed": "Changed a share link",
        "share.revoked": "Revoked a share link",
        "share.opened": "Opened a share link of somebody else",
        # The server
        "alert.resolved": "Resolved an alert",
        "catalogue.refreshed": "Refreshed the catalogue of models",
        "model.changed": "Changed a model",
        "gate.changed": "Changed the gate of the upstream",
        "trash.emptied": "Erased what was thrown away",
        "data.exported": "Took data away",
        "audit.exported": "Exported the audit log",
        "row.added": "Added a row in the administration",
        "row.changed": "Changed a row in the administration",
        "row.deleted": "Deleted a row in the administration",
        "command.run": "Ran a command of the server",
    }
)


def words_of(action: str) -> str:
    """Say an act in words; as it stands in the row when it is not known any more."""
    return ACTIONS.get(action, action)
