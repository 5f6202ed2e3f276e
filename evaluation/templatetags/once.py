"""The token by which a form that is sent twice is known."""

import secrets

from django import template

register = template.Library()


@register.inclusion_tag("forms/_token.html")
def form_token() -> dict[str, str]:
    """Draw a hidden field with a token of this form alone."""
    return {"token": secrets.token_urlsafe(16)}
