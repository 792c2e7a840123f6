"""Who may do what at which address: the whole of it, one line each.

A new address, model of the administration or act on chosen rows needs its line here, or
tests/views/test_who_may.py fails. Whoever may not is answered thus:

- nobody logged in: led to the login;
- somebody logged in, at another's things: 404, as if there were none;
- at the administration: members are led to its login, reviewers get 403.

A way of asking (GET, POST) that an address does not know is 405 for everybody.
"""

from __future__ import annotations

from dataclasses import dataclass

ANONYMOUS, ALICE, BOB, RITA, ADAM = "anonymous", "alice", "bob", "rita", "adam"
PEOPLE = (ANONYMOUS, ALICE, BOB, RITA, ADAM)

NOBODY: frozenset[str] = frozenset()
EVERYBODY = frozenset(PEOPLE)
MEMBERS = EVERYBODY - {ANONYMOUS}
OWNER = frozenset({ALICE})  # all things of the walk are Alice's
OWNER_AND_STAFF = frozenset({ALICE, RITA, ADAM})
STAFF = frozenset({RITA, ADAM})
ADMINISTRATORS = frozenset({ADAM})

Audience = frozenset[str]

ADDRESSES: dict[str, Audience] = {
    # The server itself
    "editor:healthz": EVERYBODY,
    "editor:readyz": EVERYBODY,
    "editor:metrics": EVERYBODY,  # from this machine, or with a token: test_metrics.py
    "editor:static_moved": EVERYBODY,
    # Coming in
    "editor:home": EVERYBODY,
    "editor:setup": EVERYBODY,
    "editor:login": EVERYBODY,
    "editor:logout": EVERYBODY,
    "editor:invited": EVERYBODY,  # with an invitation: test_invitations.py
    "account_login": EVERYBODY,
    "account_logout": EVERYBODY,
    "account_signup": EVERYBODY,
    "account_inactive": EVERYBODY,
    "account_email_verification_sent": EVERYBODY,
    "account_confirm_email": EVERYBODY,
    "account_reset_password": EVERYBODY,
    "account_reset_password_done": EVERYBODY,
    "account_reset_password_from_key": EVERYBODY,
    "account_reset_password_from_key_done": EVERYBODY,
    "mfa_authenticate": EVERYBODY,
    # By another server, where the settings name one: test_oidc.py
    "openid_connect_login": EVERYBODY,
    "openid_connect_callback": EVERYBODY,
    "socialaccount_login_cancelled": EVERYBODY,
    "socialaccount_login_error": EVERYBODY,
    "socialaccount_signup": EVERYBODY,
    "mfa_login_webauthn": EVERYBODY,
    # Whoever has the link: test_shared_pages.py
    "editor:share": EVERYBODY,
    "editor:share_file": EVERYBODY,
    # One's own account
    "editor:account": MEMBERS,
    "editor:security": MEMBERS,
    "editor:keyboard": MEMBERS,
    "editor:look": MEMBERS,
    "editor:notices": MEMBERS,
    "editor:notices_recent": MEMBERS,
    "editor:spending": MEMBERS,
    "editor:own_data": MEMBERS,
    "editor:leave": MEMBERS,
    "editor:own_key": MEMBERS,
    "editor:own_key_waiting": MEMBERS,
    "editor:own_key_look": MEMBERS,
    "editor:own_key_remove": MEMBERS,
    "editor:webhook": MEMBERS,
    "editor:webhook_test": MEMBERS,
    "editor:mail_test": MEMBERS,
    "editor:second_step_needed": MEMBERS,
    "editor:sessions_end": MEMBERS,
    "editor:session_end": MEMBERS,
    "editor:password_change": MEMBERS,
    "editor:password_change_done": MEMBERS,
    "editor:studio_preferences": MEMBERS,
    "account_change_password": MEMBERS,
    "account_set_password": MEMBERS,
    "account_reauthenticate": MEMBERS,
    "account_email": MEMBERS,
    "socialaccount_connections": MEMBERS,
    "mfa_index": MEMBERS,
    "mfa_reauthenticate": MEMBERS,
    "mfa_reauthenticate_webauthn": MEMBERS,
    "mfa_activate_totp": MEMBERS,
    "mfa_deactivate_totp": MEMBERS,
    "mfa_view_recovery_codes": MEMBERS,
    "mfa_generate_recovery_codes": MEMBERS,
    "mfa_download_recovery_codes": MEMBERS,
    "mfa_list_webauthn": MEMBERS,
    "mfa_add_webauthn": MEMBERS,
    "mfa_remove_webauthn": MEMBERS,
    "mfa_edit_webauthn": MEMBERS,
    # Lists and acts on what is one's own
    "editor:upload": MEMBERS,
    "editor:gallery": MEMBERS,
    "editor:gallery_action": MEMBERS,
    "editor:queue": MEMBERS,
    "editor:queue_cancel_all": MEMBERS,
    "editor:queue_gate": MEMBERS,
    "editor:queue_count": MEMBERS,
    "editor:template_save": MEMBERS,
    "editor:shares": MEMBERS,
    "editor:share_new": MEMBERS,
    "editor:archives": MEMBERS,
    "editor:archive_new": MEMBERS,
    "editor:pack_import": MEMBERS,
    "editor:tags": MEMBERS,
    "editor:collections": MEMBERS,
    "editor:trash": MEMBERS,
    "editor:trash_restore": MEMBERS,
    "editor:trash_erase": MEMBERS,
    "editor:trash_empty": MEMBERS,
    # Pictures, and what they are made of
    "editor:studio": OWNER,
    "editor:picture_frame": OWNER,
    "editor:picture_strip": OWNER,
    "editor:picture_outline": OWNER,
    "editor:picture_masks": OWNER,
    "editor:picture_delete": OWNER,
    "editor:picture_draft": OWNER,
    "editor:picture_extend": OWNER,
    "editor:picture_prompts": OWNER,
    "editor:picture_original": OWNER,
    "editor:picture_download": OWNER,
    "editor:picture_marks": OWNER,
    "editor:picture_thumb": OWNER_AND_STAFF,
    "editor:picture_card": OWNER_AND_STAFF,
    "editor:picture_preview": OWNER_AND_STAFF,
    "editor:picture_full": OWNER_AND_STAFF,
    "editor:picture_view": OWNER_AND_STAFF,
    "editor:picture_tree": OWNER_AND_STAFF,
    "editor:picture_compare": OWNER_AND_STAFF,
    "editor:mask_file": OWNER_AND_STAFF,
    "editor:draft_mask": OWNER,
    "editor:template_rename": OWNER,
    "editor:template_delete": OWNER,
    "editor:trash_thumb": OWNER,
    # Edits
    "editor:submit": OWNER,
    "editor:job": OWNER,
    "editor:job_status": OWNER,
    "editor:job_card": OWNER,
    "editor:job_cancel": OWNER,
    "editor:job_delete": OWNER,
    "editor:job_retry": OWNER,
    "editor:job_report": OWNER,
    "editor:job_pay_again": OWNER,
    "editor:job_give_up": OWNER,
    "editor:job_look_again": OWNER,
    "editor:job_run_next": OWNER,
    "editor:adjust": OWNER,
    "editor:evidence_pack": OWNER,
    "editor:result_layers": OWNER,
    "editor:result_raw": OWNER_AND_STAFF,
    "editor:attempt_unusable": STAFF,
    # What is kept together, and taken away
    "editor:share_change": OWNER,
    "editor:share_renew": OWNER,
    "editor:share_revoke": OWNER,
    "editor:archive": OWNER,
    "editor:archive_file": OWNER,
    "editor:archive_again": OWNER,
    "editor:archive_delete": OWNER,
    "editor:pack_imported": OWNER,
    "editor:pack_forget": OWNER,
    "editor:tag_rename": OWNER,
    "editor:tag_delete": OWNER,
    "editor:collection": OWNER,
    "editor:collection_add": OWNER,
    "editor:collection_arrange": OWNER,
    "editor:collection_delete": OWNER,
    # The administration as such
    "admin:login": STAFF | {ANONYMOUS},
    "admin:logout": EVERYBODY,
    "admin:index": STAFF,
    "staff_dashboard": STAFF,
    "admin:app_list": STAFF,
    "admin:jsi18n": STAFF,
    "admin:password_change": STAFF,
    "admin:password_change_done": STAFF,
    "admin:autocomplete": NOBODY,  # no page of ours uses it
    "admin:view_on_site": NOBODY,
    "admin:anything else": NOBODY,
    # The review desk
    "admin:editor_editjob_review": STAFF,
    "admin:editor_editjob_retry": STAFF,
    "admin:editor_editjob_cancel": STAFF,
    "admin:editor_editjob_look": STAFF,
    "admin:editor_editjob_settle": STAFF,
    "admin:editor_editjob_settle_call": STAFF,
    "admin:editor_editjob_decline": STAFF,
    "admin:editor_editjob_lane": STAFF,
    "admin:editor_editjob_desk": STAFF,
    "admin:editor_editjob_pictures": STAFF,
    "admin:editor_editjob_note": STAFF,
    "admin:editor_editjob_flag": STAFF,
    "admin:editor_editjob_withhold": STAFF,
    "admin:editor_editjob_release": STAFF,
    "admin:editor_editjob_undo": STAFF,
    "admin:editor_editjob_approve": ADMINISTRATORS,  # above the caps
    # Models and their tests
    "admin:editor_upstreammodel_refresh": ADMINISTRATORS,
    "admin:editor_upstreammodel_changes": ADMINISTRATORS,
    "admin:editor_upstreammodel_follow": ADMINISTRATORS,
    "admin:editor_upstreammodel_keep": ADMINISTRATORS,
    "admin:editor_masktest_new": ADMINISTRATORS,
    "admin:editor_masktest_status": ADMINISTRATORS,
    "admin:editor_masktest_choose": ADMINISTRATORS,
    "admin:editor_masktest_picture": ADMINISTRATORS,
    "admin:editor_masktest_shown": ADMINISTRATORS,
    # People, alerts
    "admin:editor_user_switch_off": ADMINISTRATORS,
    "admin:editor_user_switch_on": ADMINISTRATORS,
    "admin:auth_user_password_change": ADMINISTRATORS,
    "admin:editor_staffalert_resolve": ADMINISTRATORS,
    "admin:editor_auditentry_export": ADMINISTRATORS,
    "admin:editor_spendingcaps_read_balance": ADMINISTRATORS,
}


@dataclass(frozen=True)
class Rows:
    """Who may look at the rows of a model in the administration, add, change and delete them."""

    look: Audience = ADMINISTRATORS
    add: Audience = NOBODY
    change: Audience = NOBODY
    delete: Audience = NOBODY


PAGES = {"changelist", "add", "change", "history", "delete", "moved"}
MODELS: dict[str, Rows] = {
    "editjob": Rows(look=STAFF),
    "picture": Rows(look=STAFF),
    "reviewreason": Rows(look=STAFF, add=STAFF, change=STAFF, delete=STAFF),
    "auditentry": Rows(),
    "spendingcaps": Rows(change=ADMINISTRATORS),
    "staffalert": Rows(),
    "masktest": Rows(),
    "share": Rows(),
    "invitation": Rows(add=ADMINISTRATORS),
    "upstreammodel": Rows(change=ADMINISTRATORS),
    "user": Rows(add=ADMINISTRATORS, change=ADMINISTRATORS),
}

ACTIONS: dict[tuple[str, str], Audience] = {
    ("editjob", "approve_many"): STAFF,
    ("editjob", "reject_many"): STAFF,
    ("editjob", "withhold_many"): STAFF,
    ("editjob", "release_many"): STAFF,
    ("editjob", "decline_many"): STAFF,
    ("editjob", "cancel_many"): STAFF,
    ("editjob", "allow_many"): ADMINISTRATORS,
    ("invitation", "revoke_them"): ADMINISTRATORS,
    ("share", "revoke"): ADMINISTRATORS,
    ("upstreammodel", "hide"): ADMINISTRATORS,
    ("upstreammodel", "show"): ADMINISTRATORS,
    ("upstreammodel", "offer_again"): ADMINISTRATORS,
    ("upstreammodel", "follow_catalogue"): ADMINISTRATORS,
    ("user", "forget_second_step"): ADMINISTRATORS,
}

# A look that is written down, or that makes what it shows when it is first asked for.
LOOKS_THAT_WRITE = {
    "editor:share": "counts the view",
    "editor:picture_full": "keeps what browsers can show, once made",
}
# That staff look at somebody's pictures is written down: test_looking.py.
LOOKS_OF_STAFF = frozenset({"editor_look", "editor_event", "editor_auditentry", "editor_audithead"})
# What is said along with a POST, where one without words would be refused to anybody.
SAYS: dict[str, dict[str, str]] = {
    "admin:editor_upstreammodel_follow": {"field": "name"},
    "admin:editor_upstreammodel_keep": {"field": "name"},
}
# How whoever may is answered where the walk asks for what is not there.
_NONE_SUCH = {"GET": 404, "POST": 404}
ANSWERS: dict[str, dict[str, int]] = {
    "editor:setup": {"GET": 403, "POST": 403},  # there are accounts already
    "editor:invited": _NONE_SUCH,
    "account_confirm_email": {"POST": 404},
    "editor:picture_frame": {"GET": 422},
    "editor:share_new": _NONE_SUCH,  # names no picture
    "editor:session_end": {"POST": 404},
    "openid_connect_login": _NONE_SUCH,  # the settings name no server
    "openid_connect_callback": _NONE_SUCH,
    "socialaccount_connections": _NONE_SUCH,
    "socialaccount_signup": {"GET": 403, "POST": 403},
    "mfa_deactivate_totp": _NONE_SUCH,
    "mfa_view_recovery_codes": _NONE_SUCH,
    "mfa_download_recovery_codes": _NONE_SUCH,
    "admin:editor_editjob_undo": _NONE_SUCH,  # no verdict was given
    "admin:editor_masktest_shown": _NONE_SUCH,  # no call of it has an answer
}


def has_rule(name: str) -> bool:
    """Whether somebody has said who may go there."""
    return name in ADDRESSES or _page_of_rows(name)[0] is not None


def audience(name: str, way: str) -> Audience:
    """Who may ask there in this way."""
    if name in ADDRESSES:
        return ADDRESSES[name]
    rows, page = _page_of_rows(name)
    if rows is None:
        return NOBODY
    if page == "change":
        return rows.look if way == "GET" else rows.change
    if page == "moved":
        return STAFF  # leads to the page of the row, which asks again
    pages = {"changelist": rows.look, "history": rows.look, "add": rows.add, "delete": rows.delete}
    return pages[page]


def _page_of_rows(name: str) -> tuple[Rows | None, str]:
    """Django's own pages of a model in the administration."""
    *_, model, page = ["", "", *name.removeprefix("admin:editor_").rsplit("_", 1)]
    is_page = name.startswith("admin:editor_") and page in PAGES
    return (MODELS.get(model) if is_page else None), page
