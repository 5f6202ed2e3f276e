"""Signing in by an organisation's OpenID Connect server. Used only where it is set (`settings.OIDC`)."""

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.http import HttpRequest

from programs.models import User
from programs.sign_in import record_failure


class OpenIDAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """A maintainer makes the accounts."""
        record_failure(request, "外部サインイン：利用者の登録なし", user_name(sociallogin))
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Tie the server's person to the user of the same name, once.

        From then on its lasting id (`sub`) counts: were the name given to somebody else there, that
        person would not come in as this user.
        """
        if sociallogin.is_existing or sociallogin.state.get("process") != "login":
            return
        user = User.objects.filter(username=user_name(sociallogin), is_active=True).first()
        tied = SocialAccount.objects.filter(user=user, provider=sociallogin.account.provider)
        if user is not None and not tied.exists():
            sociallogin.connect(request, user)


def user_name(sociallogin: SocialLogin) -> str:
    """Return what the server says in the claim that names the portal's user, or ""."""
    claims: dict[str, Any] = sociallogin.account.extra_data
    told = claims.get("userinfo") or claims.get("id_token") or claims
    return str(told.get(settings.OIDC_USERNAME_CLAIM) or "")
