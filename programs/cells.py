"""What the cells of an imported table mean: strictly, and refused in the reader's language.

Each widget of django-import-export turns a cell into a value (`clean`) and a value into a cell
(`render`), so that what was exported can be imported again unchanged. ValueError is the only error:
import-export then goes on with the other cells of the row.
"""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from django.db import models
from import_export.widgets import Widget

from jst_objectives.fonts import unprintable
from jst_objectives.plain_text import refusal
from programs.models import User

REQUIRED = "値がありません。"
HALF_WIDTH = str.maketrans("０１２３４５６７８９，", "0123456789,")
DIGITS = re.compile(r"[0-9]+|[0-9]{1,3}(,[0-9]{3})+")
TRUE = {"はい", "TRUE", "1"}
FALSE = {"いいえ", "FALSE", "0"}


class Text(Widget):
    """A text, trimmed; a number that a spreadsheet made of it is written as it is shown."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        if isinstance(value, dt.date | dt.time):
            raise ValueError("日付や時刻になっています。セルの表示形式を「文字列」にしてください。")
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        text = "" if value is None else str(value).replace("\r\n", "\n").strip()
        if words := refusal(text) or unprintable(text):
            raise ValueError(words)
        return text

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else str(value)


class Number(Widget):
    """A whole number, zero or more: 1234, 1,234, １２３４. Empty is None where that is allowed."""

    def __init__(self, blank: bool = False) -> None:
        super().__init__()
        self.blank = blank

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int | None:
        if value is None or (isinstance(value, str) and not value.strip()):
            if self.blank:
                return None
            raise ValueError(REQUIRED)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        text = str(value).strip().translate(HALF_WIDTH)
        if isinstance(value, bool) or not DIGITS.fullmatch(text):
            raise ValueError(f"「{value}」は、0以上の整数ではありません（例：2025、1,234）。")
        return int(text.replace(",", ""))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value


class YesNo(Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        text = "" if value is None else str(value).strip().upper().translate(HALF_WIDTH)
        if text not in TRUE | FALSE:
            raise ValueError(f"「{text}」は、「はい」か「いいえ」にしてください。")
        return text in TRUE

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return {True: "はい", False: "いいえ"}.get(value, "")


class Choice(Widget):
    """One of the choices of a field, by the name that the screens show."""

    def __init__(self, choices: dict[str, str]) -> None:
        super().__init__()
        self.names = {value: str(label) for value, label in choices.items()}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        text = "" if value is None else str(value).strip()
        for known, label in self.names.items():
            if text in (known, label):
                return known
        offered = "・".join(self.names.values())
        raise ValueError(f"「{text}」は選べません。{offered}のどれかにしてください。")

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return self.names.get(value, "")


class Reference(Widget):
    """An object that a row names by the cells of some columns, such as its agency and its own name.

    `offered` gives the objects that a user may name; `keys` are lookups by column, and the widget of a
    column that is not a text. The object's own column shows `shown` of it.
    """

    def __init__(
        self,
        offered: Callable[[User], models.QuerySet[Any]],
        keys: dict[str, str],
        shown: str,
        widgets: dict[str, Widget] | None = None,
        blank: bool = False,
    ) -> None:
        super().__init__()
        self.offered, self.keys, self.shown, self.blank = offered, keys, shown, blank
        self.widgets = widgets or {}
        self.user: User | None = None  # set by the resource, for the time of one import

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        if Text().clean(value) == "":
            if self.blank:
                return None
            raise ValueError(REQUIRED)
        assert self.user is not None
        text = Text()
        named = {
            lookup: self.widgets.get(column, text).clean(row[column])
            for column, lookup in self.keys.items()
        }
        found = self.offered(self.user).filter(**named).first()
        if found is None:
            names = "、".join(f"{column}「{row[column]}」" for column in self.keys)
            raise ValueError(f"{names}は、登録されていないか、保守の対象ではありません。")
        return found

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return "" if value is None else getattr(value, self.shown)
