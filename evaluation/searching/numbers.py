"""Items found by their number, as people name them: 2.4, ２．４, 2. 4."""

import re
from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from evaluation.models import ObjectivePeriod, Wording
from evaluation.models.texts import Node, Text
from evaluation.permissions import roles_of
from programs.models import User

NUMBER = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})*\.?")


def numbered(
    reader: User | AnonymousUser, words: Iterable[str]
) -> list[tuple[ObjectivePeriod, str, Node]]:
    """Return the items of today's texts that folded words name by number, each with its period and its
    number as printed; none where the words are not one number."""
    typed = "".join(words)
    if not NUMBER.fullmatch(typed):
        return []
    number = typed.rstrip(".") + "."
    return [
        (period, number, node)
        for period in ObjectivePeriod.objects.visible_to(reader).select_related("agency")
        for node, name in _items(period, reader)
        if name == number
    ]


def _items(period: ObjectivePeriod, reader: User | AnonymousUser) -> list[tuple[Node, str]]:
    published = not roles_of(reader, period.agency)
    today = timezone.localdate()
    text = Text.of(Wording.objects.in_force_on(period, today, published=published))
    return [(node, text.number(node)) for node in text.order if node.kind == "item"]
