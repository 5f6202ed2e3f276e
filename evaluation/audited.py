"""What an auditor may choose from and what it is called: items, and the subject of a history."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from evaluation.models import Amendment, Wording
from evaluation.models.standing import newest
from evaluation.models.texts import NUMBERED, Text
from evaluation.past import Past, history_of, pk_of, tracked_models
from evaluation.trail import belonging, of_agencies
from programs.models import Agency


def items_of(
    agencies: Sequence[Agency], hidden: Sequence[int]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return by period the key, number and heading of every chapter and item of agencies, as decided
    last; then those that are only drafted, but by no amendment with an id in `hidden`, and those
    deleted since."""
    rows = Wording.objects.placed().filter(
        amendment__period__agency__in=agencies, clause__kind__in=NUMBERED
    )
    rows = rows.exclude(amendment__in=hidden)
    named = rows.select_related("clause", "base", "amendment__period__agency")
    standing: list[Any] = list(newest(named, "clause"))
    decided = {row.clause_id for row in standing if row.stands}
    texts: dict[Any, list[Any]] = defaultdict(list)
    for row in standing:
        if row.stands or row.clause_id not in decided:
            texts[row.amendment.period].append(row)
    return [(str(period), _items(rows)) for period, rows in texts.items()]


def _items(rows: list[Any]) -> list[tuple[str, str]]:
    text = Text.of(rows)
    deleted = [node for node in text.nodes.values() if node.repealed]
    return [
        *((str(n.clause_id), f"{text.number(n)} {n.text}") for n in text.order),
        *((str(n.clause_id), f"{text.number(n)} {n.text}（削られた項目）") for n in deleted),
    ]


def amendments_of(agencies: Sequence[int]) -> list[tuple[int, str]]:
    """Return id and title of every amendment that agencies have had, those since deleted named so."""
    rows: Any = history_of(Amendment).filter(of_agencies(Amendment, agencies))
    latest = rows.latest_of_each().order_by("-history_date", "-history_id")
    columns = latest.values_list("id", "title", "history_type")
    return [(pk, f"{title}（削除済み）" if act == "-" else title) for pk, title, act in columns]


def subject_name(subject: tuple[str, int], hidden: Sequence[int]) -> str:
    """Return what an object is called now, or was called last: 「変更『…』」; what belongs to an
    amendment with an id in `hidden` by its kind alone."""
    model = tracked_models()[subject[0]]
    now = timezone.now()
    asked = belonging(model, Amendment, hidden)
    told = history_of(model).filter(pk_of(model, [subject[1]]))
    if model is not Amendment and asked is not None and told.filter(asked).exists():
        return str(model._meta.verbose_name)
    past = Past([(model, subject[1])], hidden)
    return f"{model._meta.verbose_name}『{past.name(past.at(model, subject[1], now), now)}』"
