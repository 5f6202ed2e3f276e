"""What somebody typed into a form that is refused, to be copied from the refusal's page."""

from typing import Any

from django import template
from django.http import UnreadablePostError

from evaluation.forms.texts import words_of

register = template.Library()


@register.simple_tag(takes_context=True)
def typed_words(context: dict[str, Any]) -> list[str]:
    """Return what the request's user typed as own words; never a password or a code."""
    request = context.get("request")
    if request is None or request.method != "POST":
        return []
    try:
        return words_of(request.POST)
    except UnreadablePostError:  # the connection ended before all of it had come
        return []
