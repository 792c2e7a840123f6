"""Who may come in, and how: Django's and allauth's settings, from what the environment says."""

from typing import Any

from nanoedit_site.environment import Environment, Oidc

# Nobody is kept out for longer than these minutes, whatever others do in the meantime.
LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "signup": "10/5m/ip",
    "reset_password": "10/5m/ip,3/5m/key",
    "reset_password_from_key": "20/5m/ip",
    "change_password": "5/m/user",
    "manage_email": "5/m/user",
    "reauthenticate": "10/m/user",
    "confirm_email": "1/3m/key",
}


def account_settings(env: Environment) -> dict[str, Any]:
    """Return the settings by their names."""
    return {
        "AUTH_USER_MODEL": "editor.User",
        "AUTHENTICATION_BACKENDS": [
            "allauth.account.auth_backends.AuthenticationBackend",
            # Whoever logged in before allauth came has a session that names this one.
            "django.contrib.auth.backends.ModelBackend",
        ],
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": f"django.contrib.auth.password_validation.{name}"}
            for name in (
                "UserAttributeSimilarityValidator",
                "MinimumLengthValidator",
                "CommonPasswordValidator",
                "NumericPasswordValidator",
            )
        ],
        "LOGIN_URL": "editor:login",
        "LOGIN_REDIRECT_URL": "editor:home",
        "LOGOUT_REDIRECT_URL": "editor:login",
        "ACCOUNT_ADAPTER": "editor.account_rules.AccountRules",
        "ACCOUNT_LOGIN_METHODS": {"username", "email"},
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "email", "password1*", "password2*"],
        "ACCOUNT_FORMS": {
            "login": "editor.account_forms.LoginForm",
            "signup": "editor.account_forms.SignupForm",
            "change_password": "editor.account_forms.ChangePasswordForm",
            "reset_password": "editor.account_forms.ResetPasswordForm",
            "reset_password_from_key": "editor.account_forms.ResetPasswordKeyForm",
            "add_email": "editor.account_forms.AddEmailForm",
        },
        # Nobody needs a mail address, so nobody can be made to confirm one. And nobody learns
        # whether an address is known: two accounts may name it, one can confirm it.
        "ACCOUNT_EMAIL_VERIFICATION": "optional",
        "ACCOUNT_PREVENT_ENUMERATION": "strict",
        "ACCOUNT_CHANGE_EMAIL": True,
        "ACCOUNT_EMAIL_NOTIFICATIONS": True,
        "ACCOUNT_EMAIL_SUBJECT_PREFIX": "NanoEdit: ",
        "ACCOUNT_DEFAULT_HTTP_PROTOCOL": "https" if env.https else "http",
        "ACCOUNT_SESSION_REMEMBER": True,
        "ACCOUNT_REAUTHENTICATION_REQUIRED": True,
        "ACCOUNT_REAUTHENTICATION_TIMEOUT": 15 * 60,
        "ACCOUNT_RATE_LIMITS": LIMITS,
        "MFA_ADAPTER": "editor.account_rules.SecondStepRules",
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        "MFA_TOTP_ISSUER": "NanoEdit",
        "MFA_TOTP_TOLERANCE": 1,  # clocks of phones are half a minute off
        # Nobody is kept out by another's unconfirmed address, since two accounts may name one.
        "MFA_ALLOW_UNVERIFIED_EMAIL": True,
        "SOCIALACCOUNT_ADAPTER": "editor.oidc.OidcRules",
        # Only between addresses that both sides have confirmed: editor/oidc.py.
        "SOCIALACCOUNT_EMAIL_AUTHENTICATION": True,
        "SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT": True,
        "SOCIALACCOUNT_STORE_TOKENS": False,
        **mail_settings(env),
    }


def oidc_settings(oidc: Oidc | None) -> dict[str, Any]:
    """Return allauth's settings for the server that people log in by, if there is one."""
    if oidc is None:
        return {}
    app = {
        "provider_id": "oidc",
        "name": oidc.name,
        "client_id": oidc.client_id,
        "secret": oidc.client_secret,
        "settings": {"server_url": oidc.issuer, "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app]}}


def mail_settings(env: Environment) -> dict[str, Any]:
    """Return Django's settings for mail."""
    server = env.mail_server
    found: dict[str, Any] = {
        "DEFAULT_FROM_EMAIL": env.mail_from,
        "SERVER_EMAIL": env.mail_from,
        "EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend",
    }
    if server:
        found |= {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": server.host,
            "EMAIL_PORT": server.port,
            "EMAIL_HOST_USER": server.user,
            "EMAIL_HOST_PASSWORD": server.password,
            "EMAIL_USE_TLS": server.asks_for_tls,
            "EMAIL_USE_SSL": server.starts_with_tls,
            "EMAIL_TIMEOUT": 10,
        }
    return found
