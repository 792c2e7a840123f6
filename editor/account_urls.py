"""The addresses that allauth asks for under names of its own; the pages are dressed as ours.

Those that stand in `editor.urls` too are reached there: here they only get allauth's name.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as social
from django.urls import path, re_path

from editor.views import accounts, oidc

urlpatterns = [
    path("login/", accounts.Login.as_view(), name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("password/", accounts.ChangePassword.as_view(), name="account_change_password"),
    path("account/password/set/", account.password_set, name="account_set_password"),
    path("login/with/<slug:provider_id>/", oidc.go_on, name="openid_connect_login"),
    path("login/with/<slug:provider_id>/callback/", oidc.back, name="openid_connect_callback"),
    path("login/stopped/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("login/failed/", social.login_error, name="socialaccount_login_error"),
    path("account/signup/elsewhere/", oidc.not_by_form, name="socialaccount_signup"),
    path("account/elsewhere/", oidc.Elsewhere.as_view(), name="socialaccount_connections"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/signup/", accounts.Register.as_view(), name="account_signup"),
    path("account/confirm-it-is-you/", account.reauthenticate, name="account_reauthenticate"),
    path("account/mail/", account.email, name="account_email"),
    path(
        "account/mail/sent/",
        account.email_verification_sent,
        name="account_email_verification_sent",
    ),
    re_path(
        r"^account/mail/confirm/(?P<key>[-:\w]+)/$",
        account.confirm_email,
        name="account_confirm_email",
    ),
    path("account/reset/", accounts.ResetPassword.as_view(), name="account_reset_password"),
    path("account/reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^account/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "account/reset/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("account/second-step/", mfa.index, name="mfa_index"),
    path("login/second-step/", mfa.authenticate, name="mfa_authenticate"),
    path("login/passkey/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("account/confirm-it-is-you/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path(
        "account/confirm-it-is-you/passkey/",
        passkeys.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("account/second-step/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("account/second-step/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/second-step/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "account/second-step/codes/new/",
        codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/second-step/codes/file/",
        codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("account/second-step/passkeys/", passkeys.list_webauthn, name="mfa_list_webauthn"),
    path("account/second-step/passkeys/add/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path(
        "account/second-step/passkeys/<int:pk>/remove/",
        passkeys.remove_webauthn,
        name="mfa_remove_webauthn",
    ),
    path(
        "account/second-step/passkeys/<int:pk>/",
        passkeys.edit_webauthn,
        name="mfa_edit_webauthn",
    ),
]
