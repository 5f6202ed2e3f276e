"""The audit history: who changed which field when and why.

django-simple-history with one subclass of `HistoricalRecords`. Three traits are ours
(docs/decisions/0004-history.md): rows of the same instant are told apart by their id, the index has
its columns in the order that `as_of` reads them, and the actor's name stays after the user is gone.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from simple_history.manager import HistoricalQuerySet
from simple_history.models import HistoricalRecords

from jst_objectives.plain_text import check_fields

M = TypeVar("M", bound=models.Model)
BATCH = 500  # rows of a statement


class Actor(models.Model):
    """The name of the person as it was when the row was written."""

    actor_name = models.CharField("操作者名", max_length=300, blank=True, default="")

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.actor_name = self.actor_name or actor_name(self.history_user)  # type: ignore[attr-defined]
        super().save(*args, **kwargs)


class TieSafeQuerySet(HistoricalQuerySet):
    """The newest row per object also where two rows have the same `history_date`."""

    def latest_of_each(self) -> "TieSafeQuerySet":
        same_object = Q(**{self._pk_attr: OuterRef(self._pk_attr)})
        later = self.filter(
            same_object,
            Q(history_date__gt=OuterRef("history_date"))
            | Q(history_date=OuterRef("history_date"), history_id__gt=OuterRef("history_id")),
        )
        return self.filter(~Exists(later))


class Records(HistoricalRecords):
    """History of a model: `history = Records()`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(bases=(Actor,), historical_queryset=TieSafeQuerySet, **kwargs)

    def finalize(self, sender: type[models.Model], **kwargs: Any) -> None:
        """Record saves through a proxy of the model too: signals name the proxy as their sender."""
        if sender._meta.proxy and sender._meta.concrete_model is self.cls:
            models.signals.post_save.connect(self.post_save, sender=sender, weak=False)
            models.signals.pre_delete.connect(self.pre_delete, sender=sender, weak=False)
            models.signals.post_delete.connect(self.post_delete, sender=sender, weak=False)
        else:
            super().finalize(sender, **kwargs)

    def post_save(
        self, instance: models.Model, created: bool, using: str | None = None, **kwargs: Any
    ) -> None:
        """Add no row where nothing recorded was saved, such as the last sign-in of a user."""
        saved = kwargs.get("update_fields")
        if not (saved and set(saved) <= set(self.excluded_fields)):
            super().post_save(instance, created, using=using, **kwargs)

    def get_meta_options(self, model: type[models.Model]) -> dict[str, Any]:
        options = super().get_meta_options(model)
        pk = model._meta.pk.attname
        options["indexes"] = (models.Index(fields=(pk, "-history_date", "-history_id")),)
        return options


def actor_name(user: Any) -> str:
    """Return "name (user name)" of a user, or "" for the system."""
    return "" if user is None else f"{user.get_full_name()}（{user.get_username()}）"


@transaction.atomic
def save(instance: models.Model, *, by: Any, reason: str, **kwargs: Any) -> None:
    """Save an instance with its history row: `by` is a user, or None for the system.

    A reason left on the instance would be written again by its next save, so it is cleared.
    Raises ValidationError for a text that may not be stored, whichever form or import it came from.
    """
    check_fields(instance)
    instance._history_user = by  # type: ignore[attr-defined]
    instance._change_reason = reason  # type: ignore[attr-defined]
    try:
        instance.save(**kwargs)
    finally:
        del instance._history_user, instance._change_reason  # type: ignore[attr-defined]


@transaction.atomic
def delete(instance: models.Model, *, by: Any, reason: str) -> None:
    """Delete an instance; its history stays and ends with a row of this deletion."""
    instance._history_user = by  # type: ignore[attr-defined]
    instance._change_reason = reason  # type: ignore[attr-defined]
    instance.delete()


def create_all(model: type[M], instances: Iterable[M], *, by: Any, reason: str) -> Sequence[M]:
    """Insert instances of one model in bulk, each with its history row, in one transaction.

    A `_change_reason` of an instance comes before `reason`.
    """
    rows = list(instances)
    for row in rows:
        check_fields(row)
    with transaction.atomic():
        created = model._default_manager.bulk_create(rows, batch_size=BATCH)
        _write_history(model, created, "+", by=by, reason=reason)
    return created


@transaction.atomic
def change_all(
    model: type[M], instances: Iterable[M], fields: Sequence[str], *, by: Any, reason: str
) -> None:
    """Store these fields of instances in bulk, each with its history row, in one transaction.

    One prepared statement for all rows: Django's own bulk update takes a CASE per field and row, which
    is ten times slower. A `_change_reason` of an instance comes before `reason`.
    """
    rows = list(instances)
    for row in rows:
        check_fields(row)
    columns: list[Any] = [model._meta.get_field(name) for name in fields]
    key: Any = model._meta.pk
    quoted = connection.ops.quote_name
    assignments = ", ".join(f"{quoted(column.column)} = %s" for column in columns)
    where = f"{quoted(key.column)} = %s"
    statement = f"UPDATE {quoted(model._meta.db_table)} SET {assignments} WHERE {where}"
    with connection.cursor() as cursor:
        cursor.executemany(
            statement,
            [
                [c.get_db_prep_save(getattr(row, c.attname), connection) for c in (*columns, key)]
                for row in rows
            ],
        )
    _write_history(model, rows, "~", by=by, reason=reason)


def _write_history(
    model: type[M], rows: Sequence[M], history_type: str, *, by: Any, reason: str
) -> None:
    """Copy rows as they are stored into their history: the database does it ten times as quickly as a
    model for each row."""
    by_reason: dict[str, list[Any]] = {}
    for row in rows:
        by_reason.setdefault(str(getattr(row, "_change_reason", "") or reason), []).append(row.pk)
    historical: Any = model.history.model  # type: ignore[attr-defined]
    now, name, user = timezone.now(), actor_name(by), by.pk if by else None
    for told, keys in by_reason.items():
        own = {"history_date": now, "history_type": history_type, "history_user_id": user}
        own |= {"history_change_reason": told, "actor_name": name}
        for start in range(0, len(keys), BATCH):
            _copy(model, historical, own, keys[start : start + BATCH])


def _copy(model: type[M], historical: Any, own: dict[str, Any], keys: list[Any]) -> None:
    quoted, fields = connection.ops.quote_name, {f.attname: f for f in historical._meta.fields}
    columns = [quoted(field.column) for field in historical.tracked_fields]
    added = [quoted(fields[name].column) for name in own]
    values = [fields[name].get_db_prep_save(value, connection) for name, value in own.items()]
    placed = ", ".join([*columns, *["%s"] * len(own)])
    primary: Any = model._meta.pk
    key = quoted(primary.column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quoted(historical._meta.db_table)} ({', '.join([*columns, *added])})"
            f" SELECT {placed} FROM {quoted(model._meta.db_table)}"
            f" WHERE {key} IN ({', '.join(['%s'] * len(keys))}) ORDER BY {key}",
            [*values, *keys],
        )
