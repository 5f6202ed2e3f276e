"""In which form a comparison table is shown or drawn up, and which two versions are compared."""

from typing import Any

from django import forms
from django.http import QueryDict

from evaluation import drafting
from evaluation.comparison.rows import Settings
from evaluation.documents.comparison import View, in_full
from evaluation.forms.clauses import SeenField
from evaluation.forms.plain import PlainForm
from evaluation.models import Amendment, TableForm
from evaluation.models.table_forms import FIELDS, SAME_TITLES, form_of, settings_of

EXCERPT, FULL = "excerpt", "full"
EXTENTS = [(EXCERPT, "抄（変わる所）"), (FULL, "全文")]
ELIDED = [("yes", "「・・・」にする"), ("no", "省かない")]


def choice(name: str, choices: Any = None, label: str = "") -> forms.ChoiceField:
    """Return a choice of the stored form, or of some other ones."""
    field: Any = None if choices else TableForm._meta.get_field(name)
    label = label or str(field.verbose_name)
    return forms.ChoiceField(
        label=label,
        choices=choices or field.choices,
        error_messages={
            "required": f"{label}を選んでください。",
            "invalid_choice": f"{label}は、一覧から選んでください。",
        },
    )


def title_field(name: str, *, required: bool = True, help_text: str = "") -> forms.CharField:
    field: Any = TableForm._meta.get_field(name)
    label = str(field.verbose_name)
    return forms.CharField(
        label=label,
        max_length=30,
        required=required,
        help_text=help_text,
        error_messages={
            "required": f"{label}を入力してください。",
            "max_length": f"{label}は30文字以内で入力してください。",
        },
    )


class FormOfTable(PlainForm):
    """What the table of an amendment, or one on screen, differs in from the ministry's own form."""

    is_printed = True

    first = choice("first")
    unchanged = choice("unchanged")
    same = choice("same")
    elide = choice("elide", ELIDED, "段落の変わらない部分")
    moves = choice("moves")
    remarks = title_field(
        "remarks", required=False, help_text="例：備考。空欄なら、備考欄はありません。"
    )

    def values(self) -> dict[str, Any]:
        """Return what a valid form says, by the names of `FIELDS`."""
        cleaned = self.cleaned_data
        return {name: cleaned[name] for name in FIELDS if name in cleaned} | {
            "elide": cleaned["elide"] == "yes"
        }


def typed(values: dict[str, Any]) -> dict[str, Any]:
    """Return values of the stored form as the fields show them."""
    return values | {"elide": "yes" if values["elide"] else "no"}


class TableFormForm(FormOfTable):
    """The form in which a draft's table is issued."""

    proposed_title = title_field("proposed_title")
    current_title = title_field("current_title")
    seen = SeenField()
    field_order = ("first", "proposed_title", "current_title", *FIELDS[3:], "seen")

    def __init__(self, draft: Amendment, data: Any = None) -> None:
        initial = typed(form_of(draft).values())
        super().__init__(data, initial=initial | {"seen": drafting.table_form_fingerprint(draft)})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        titles = cleaned.get("proposed_title"), cleaned.get("current_title")
        if titles[0] and titles[0] == titles[1]:
            self.add_error("current_title", SAME_TITLES)
        return cleaned


class ShowForm(FormOfTable):
    """How a table is shown on screen, by the query of its address; what is not asked is as issued."""

    view = choice("view", [(view.value, view.label) for view in View], "見せ方")
    extent = choice("extent", EXTENTS, "範囲")
    marks = choice("marks", [("yes", "付ける"), ("no", "付けない")], "溶け込みの印")
    field_order = ("view", "extent", "marks")

    def __init__(self, query: QueryDict, issued: Settings) -> None:
        self.issued = issued
        stored = {
            "first": issued.first,
            "unchanged": issued.unchanged_siblings,
            "same": issued.same,
            "elide": issued.elide,
            "moves": issued.moves,
            "remarks": issued.remarks,
        }
        shown = {"view": View.TABLE.value, "extent": EXCERPT, "marks": "yes", **typed(stored)}
        self.asked = {name: value for name, value in query.items() if name in shown}
        super().__init__(shown | self.asked)

    @property
    def shown(self) -> tuple[View, Settings]:
        """The view and the settings that are asked for; those of issuing where they cannot be read."""
        if not self.is_valid():
            return View.TABLE, self.issued
        proposed, current = self.issued.columns
        titles = {"proposed_title": proposed, "current_title": current}
        settings = settings_of(self.values() | titles, self.issued)
        full = self.cleaned_data["extent"] == FULL
        return View(self.cleaned_data["view"]), in_full(settings) if full else settings

    @property
    def marks_shown(self) -> bool:
        return not self.is_valid() or self.cleaned_data["marks"] == "yes"
