"""Objects as they were, rebuilt from the histories with what they belonged to.

Most names are made of the names of other objects, which may have changed since or be gone. So every
foreign key is followed in the histories, never to today's row, unless it has no history at all.
"""

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from itertools import product
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.functions import Left

from evaluation.comparison.correcting import fingerprint
from evaluation.eras import year_name
from evaluation.excerpts import shortened
from evaluation.models import (
    Clause,
    ItemInput,
    ItemPlan,
    ItemProfile,
    ItemProgram,
    ItemYear,
    Marking,
    Rating,
    Wording,
    YearlyResult,
)
from evaluation.models.markings import read_spans
from evaluation.numbers import written
from evaluation.templatetags.calendars import both_calendars
from jst_objectives.history import actor_name
from programs.models import User

Key = tuple[type[models.Model], Any]  # a model and a primary key
NAME_LENGTH = 30
OF_ITEM = (ItemInput, ItemPlan, ItemProfile, ItemYear, Rating)


@cache
def tracked_models() -> dict[str, type[models.Model]]:
    """Return every model that keeps a history, by its name in lower case: "wording"."""
    found = {}
    for model in apps.get_models():
        if hasattr(model._meta, "simple_history_manager_attribute") and not model._meta.proxy:
            found[str(model._meta.model_name)] = model
    return found


def history_of(model: type[models.Model]) -> models.QuerySet[Any]:
    """Return the rows of a model's history, in no order."""
    manager = getattr(model, model._meta.simple_history_manager_attribute)  # type: ignore[attr-defined]
    return manager.order_by()


@cache
def required_keys(model: type[models.Model]) -> tuple[Any, ...]:
    """Return the foreign keys that a row cannot do without: what it belongs to, what names it."""
    fields = model._meta.concrete_fields
    return tuple(f for f in fields if isinstance(f, models.ForeignKey) and not f.null)


@cache
def way(model: type[models.Model], target: type[models.Model]) -> tuple[Any, ...] | None:
    """Return the shortest chain of required foreign keys to what rows belong to; None for none."""
    if model is target:
        return ()
    chains = []
    for key in required_keys(model):
        rest = way(key.related_model, target)
        if rest is not None:
            chains.append((key, *rest))
    return min(chains, key=len, default=None)


@cache
def ways_by_choice(
    model: type[models.Model], target: type[models.Model]
) -> tuple[tuple[Any, ...], ...]:
    """Return the chains that begin with a foreign key which some rows do without: a grade's item."""
    fields = model._meta.concrete_fields
    keys = [field for field in fields if isinstance(field, models.ForeignKey) and field.null]
    rests = ((key, way(key.related_model, target)) for key in keys)
    return tuple((key, *rest) for key, rest in rests if rest is not None)


class Past:
    """The objects of some keys, and all that they belonged to, at any moment.

    Costs a query per model and step of `way`, however many keys there are. What the amendments in
    `hidden` say of clauses names none: their reader may not read them.
    """

    def __init__(self, keys: Iterable[Key], hidden: Iterable[int] = ()) -> None:
        self._hidden = set(hidden)
        self._rows: dict[Key, list[Any]] = {}
        self._today: dict[Key, models.Model] = {}
        self._objects: dict[Key, models.Model | None] = {}
        wanted = set(keys)
        while wanted:
            wanted = self._load(wanted) - self._rows.keys()
        self._texts = self._load_texts()

    def at(self, model: type[models.Model], pk: Any, moment: dt.datetime) -> models.Model | None:
        """Return an object as it was; as it first was before that; None where nothing is known."""
        rows = self._rows.get((model, pk))
        if not rows:
            return self._today.get((model, pk))
        return self.object_of(rows[_index(rows, moment)])

    def object_of(self, row: Any) -> models.Model | None:
        """Return the object that a row of a history tells of, all that it belonged to included."""
        key = row.instance_type, row.history_id
        if key not in self._objects:
            self._objects[key] = self._rebuilt(row)
        return self._objects[key]

    def name(self, found: Any, moment: dt.datetime) -> str:
        """Return what a person calls an object; clauses by their words of then."""
        if found is None:
            return "（不明）"
        if isinstance(found, User):
            return actor_name(found)
        if isinstance(found, Clause):
            text = self._text(found.pk, moment)
            return f"{found.get_kind_display()}「{text}」" if text else str(found)
        if isinstance(found, Wording):
            return f"{found.clause.get_kind_display()}「{shortened(found.text, NAME_LENGTH)}」"
        if isinstance(found, YearlyResult):
            return f"{self.name(found.indicator, moment)}：{year_name(found.fiscal_year)}"
        if isinstance(found, Rating) and found.item_id is None:
            return f"総合評定：{found.name}"
        if isinstance(found, OF_ITEM):
            item = self.at(Clause, found.item_id, moment)
            return f"{self.name(item, moment)}：{found.name}"
        if isinstance(found, ItemProgram):
            return f"{self.name(found.clause, moment)}：{found.program}"
        return str(found)

    def _load(self, wanted: set[Key]) -> set[Key]:
        """Read the histories of these keys; return the keys of what they belonged to."""
        needed: set[Key] = set()
        by_model: dict[type[models.Model], set[Any]] = defaultdict(set)
        for model, pk in wanted:
            by_model[model].add(pk)
            self._rows[model, pk] = []
        for model, pks in by_model.items():
            if model in tracked_models().values():
                rows = history_of(model).filter(pk_of(model, pks))
                for row in rows.order_by("history_date", "history_id"):
                    self._rows[model, getattr(row, model._meta.pk.attname)].append(row)
                    needed |= references(row, required_keys(model))
            self._load_today(model, {pk for pk in pks if not self._rows[model, pk]})
        return needed

    def _load_today(self, model: type[models.Model], pks: set[Any]) -> None:
        """Read what has no history: snapshots, which never change."""
        if pks:
            long = [f.name for f in model._meta.concrete_fields if isinstance(f, models.TextField)]
            keys = [key.name for key in required_keys(model)]
            rows = model._default_manager.select_related(*keys).defer(*long).in_bulk(pks)
            self._today |= {(model, pk): row for pk, row in rows.items()}

    def _load_texts(self) -> dict[Any, list[Any]]:
        """Read what clauses said: a clause itself has no words."""
        texts: dict[Any, list[Any]] = defaultdict(list)
        clauses = [pk for model, pk in self._rows if model is Clause]
        if clauses:
            rows = history_of(Wording).filter(clause__in=clauses)
            if self._hidden:
                rows = rows.exclude(amendment__in=self._hidden)
            start = Left("text", NAME_LENGTH + 1)
            columns = ("clause_id", "history_date", "start")
            ordered = rows.annotate(start=start).order_by("history_date", "history_id")
            for row in ordered.values_list(*columns, named=True):
                texts[row.clause_id].append(row)
        return texts

    def _text(self, clause: Any, moment: dt.datetime) -> str:
        rows = self._texts.get(clause)
        return shortened(rows[_index(rows, moment)].start, NAME_LENGTH) if rows else ""

    def _rebuilt(self, row: Any) -> models.Model | None:
        model = row.instance_type
        found: models.Model = model(
            **{f.attname: getattr(row, f.attname) for f in row.tracked_fields}
        )
        for key in required_keys(model):
            pk = getattr(row, key.attname)
            above = self.at(key.related_model, pk, row.history_date)
            if above is None:
                return None
            setattr(found, key.name, above)
        return found


class Underlined:
    """What drawn marks underlined, in words: their texts are found by the digest that is stored."""

    def __init__(self, rows: Iterable[Any]) -> None:
        clauses = {row.clause_id for row in rows if row.instance_type is Marking}
        self._texts: dict[Any, set[str]] = defaultdict(set)
        if clauses:
            said = history_of(Wording).filter(clause__in=clauses).order_by()
            for clause, text in said.values_list("clause_id", "text").distinct():
                self._texts[clause].add(text)

    def words(self, row: Any, side: str) -> str:
        """Return the words of a side, "old" or "new"; where they stand, if the texts are not known."""
        spans: str = getattr(row, f"{side}_spans")
        for old, new in product(self._texts[row.clause_id], repeat=2):
            if fingerprint(old, new) == row.fingerprint:
                text = old if side == "old" else new
                return "".join(f"「{text[start:end]}」" for start, end in read_spans(spans))
        return spans


def said(value: Any) -> str:
    """Return a value as a person reads it: a date in both calendars, yes or no, a number as everywhere."""
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, Decimal):
        places = value.normalize().as_tuple().exponent
        return written(value, max(0, -int(places)))
    return both_calendars(value) if isinstance(value, dt.date) else str(value)


def pk_of(model: type[models.Model], pks: Any) -> models.Q:
    """Return the condition that a history's row tells of one of these objects."""
    return models.Q(**{f"{model._meta.pk.attname}__in": pks})


def references(row: Any, keys: Iterable[Any]) -> set[Key]:
    """Return what some foreign keys of a row refer to."""
    found = {(key.related_model, getattr(row, key.attname)) for key in keys}
    return {(model, pk) for model, pk in found if pk is not None}


def _index(rows: list[Any], moment: dt.datetime) -> int:
    """Return which row stood at a moment; the first where all are later."""
    return max(bisect_right(rows, moment, key=lambda row: row.history_date) - 1, 0)
