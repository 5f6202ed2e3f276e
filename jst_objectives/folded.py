"""The column that searches read: some texts of a row, folded.

The field computes it whenever a row is written, one by one or in bulk, so that no writer can forget
it. Raw SQL and a change of `jst_objectives.folding` can: a system check compares, `refold` mends.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Warning
from django.db import DatabaseError, models
from django.db.backends.base.base import BaseDatabaseWrapper

from jst_objectives.folding import fold

BETWEEN = "\n"  # never in a folded text, so that no word is found across two fields


class FoldedField(models.TextField):
    """The texts of the fields `sources`, folded: `folded = FoldedField(sources=("heading", "body"))`."""

    def __init__(self, *args: Any, sources: Sequence[str] = (), **kwargs: Any) -> None:
        kwargs |= {"editable": False, "blank": True, "default": ""}
        super().__init__(*args, **kwargs)
        self.sources = tuple(sources)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        own = {key: kwargs[key] for key in kwargs.keys() - {"editable", "blank", "default"}}
        return name, path, args, own | {"sources": self.sources}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = folded(getattr(model_instance, source) for source in self.sources)
        setattr(model_instance, self.attname, value)
        return value


def folded(texts: Iterable[str]) -> str:
    """Return what the column holds of some texts."""
    return BETWEEN.join(fold(text) for text in texts)


def folded_fields(models_of: Any = apps) -> list[FoldedField]:
    """Return the folded columns of all models, of `apps` or of a migration's."""
    fields = [field for model in models_of.get_models() for field in model._meta.local_fields]
    return [field for field in fields if isinstance(field, FoldedField)]


def wrong(field: FoldedField, database: str = "default") -> Iterator[tuple[Any, str]]:
    """Yield key and right value of each row whose column does not hold its texts folded."""
    rows = field.model._base_manager.using(database).order_by()
    for key, stored, *texts in rows.values_list("pk", field.name, *field.sources).iterator():
        right = folded(texts)
        if stored != right:
            yield key, right


def refold(field: FoldedField, connection: BaseDatabaseWrapper) -> int:
    """Put the column right in all rows; return how many were wrong. Frozen rows want no triggers."""
    quote = connection.ops.quote_name
    meta = field.model._meta
    key = quote(str(meta.pk.column))
    statement = (
        f"UPDATE {quote(meta.db_table)} SET {quote(str(field.column))} = %s WHERE {key} = %s"  # nosec B608
    )
    rows = [(right, pk) for pk, right in wrong(field, connection.alias)]
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)
    return len(rows)


def fill(apps: Any, schema_editor: Any) -> None:
    """Operation of a migration that adds such columns: fill them."""
    for field in folded_fields(apps):
        refold(field, schema_editor.connection)


def check_folded(
    app_configs: Any, databases: Sequence[str] | None, **kwargs: Any
) -> list[CheckMessage]:
    """System check: every folded column holds what a search must find."""
    if "default" not in (databases or []):
        return []
    found: list[CheckMessage] = []
    for field in folded_fields():
        try:
            number = sum(1 for _ in wrong(field))
        except DatabaseError:
            return []  # before its migration
        if number:
            text = f"{field.model._meta.verbose_name}の検索用の列が、{number}行で本文と合いません。"
            hint = "manage.py refold で作り直してください。"
            # Not an error: `migrate`, which may put it right, runs the checks first.
            found.append(Warning(text, hint=hint, id="jst_objectives.W001"))
    return found
