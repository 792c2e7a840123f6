"""Our rules for logging in by another server (OpenID Connect), where allauth asks for them.

That server says who somebody is. It opens an account that exists only when it did before, or
when both sides have confirmed the same mail address.
"""

from __future__ import annotations

import hashlib
from typing import Any

import jwt
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse

from editor.audit import record
from editor.invitations import brought_by, use_up
from editor.models import User

PROVIDER = "oidc"
SIGNED_BY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")


class OidcRules(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Whose account opens, and who may have a new one."""

    def list_apps(self, request: HttpRequest, **_: Any) -> list[SocialApp]:
        """The server of the settings, and none from the database."""
        found = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", [])
        return [SocialApp(provider="openid_connect", **app) for app in found]

    def get_app(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        """The same by its name. Raises SocialApp.DoesNotExist."""
        for app in self.list_apps(request):
            if provider in (app.provider_id, app.provider):
                return app
        raise SocialApp.DoesNotExist

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[User, str] | None:
        """The account that has confirmed an address which that server calls confirmed, too."""
        for address in sociallogin.email_addresses:
            if not address.verified:
                continue
            here = EmailAddress.objects.filter(email__iexact=address.email, verified=True)
            rows = list(here.select_related("user")[:2])
            if len(rows) == 1:
                return rows[0].user, address.email
        return None

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Keep a new account, and use the invitation up with it: both or neither."""
        invitation = brought_by(request)
        with transaction.atomic():
            made: User = super().save_user(request, sociallogin, form)
            if invitation and not use_up(invitation, made):
                page = render(request, "account/invitation_over.html", {"why": "used"}, status=410)
                raise ImmediateHttpResponse(page)
            how = "by invitation" if invitation else "registered"
            facts = {"how": how, "by": settings.OIDC_NAME}
            record("account.made", by=made, on=made, request=request, facts=facts)
        return made

    def validate_disconnect(self, account: SocialAccount, accounts: Any) -> None:
        """Leave nobody without a way in."""
        if not account.user.has_usable_password():
            message = "Set a password first: without this you could not log in any more."
            raise ValidationError(message)

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: SocialAccount) -> str:
        """Back to where it was asked for."""
        return reverse("socialaccount_connections")


class SignedOidc(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Believes nothing that is not signed by that server's keys, for this client."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What that server tells of itself; it must be the one of the settings."""
        config: dict[str, Any] = super().openid_config
        issuer = self.get_provider().app.settings["server_url"]
        if str(config.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
            message = "The server calls itself by another name than the settings do."
            raise OAuth2Error(message)
        return config

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        """Give who it is. Raises OAuth2Error."""
        signed = kwargs["response"].get("id_token")
        if not signed:
            message = "No signed token came."
            raise OAuth2Error(message)
        claims = self._decode_id_token(app, signed)
        data = {"id_token": claims}
        if "email" not in claims and "userinfo_endpoint" in self.openid_config:
            told = self._fetch_user_info(token.token)
            if told.get("sub") != claims.get("sub"):
                message = "What is told of the person is about another one."
                raise OAuth2Error(message)
            data["userinfo"] = told
        for each in data.values():
            # Some servers write "false", which is not false.
            each["email_verified"] = str(each.get("email_verified", "")).lower() == "true"
        login: SocialLogin = self.get_provider().sociallogin_from_response(request, data)
        login.account.uid = uid_of(self.openid_config["issuer"], str(claims["sub"]))
        return login

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        try:
            algorithm = jwt.get_unverified_header(id_token).get("alg")
        except jwt.PyJWTError as broken:
            message = "The token cannot be read."
            raise OAuth2Error(message) from broken
        if algorithm not in SIGNED_BY:
            message = "The token is not signed in a way that is trusted."
            raise OAuth2Error(message)
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        if not claims.get("sub"):
            message = "The token names nobody."
            raise OAuth2Error(message)
        return claims


def uid_of(issuer: str, subject: str) -> str:
    """Name somebody for good: another server's "1" is somebody else."""
    return hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()
