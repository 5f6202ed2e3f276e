"""Forms that change the clauses of a draft. Each knows what the user saw (`seen`)."""

from dataclasses import dataclass, fields
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from evaluation.amending import Act, fingerprint
from evaluation.excerpts import shortened
from evaluation.forms.texts import HeadingField, KeptField, LinesField, NumberField, WritingField
from evaluation.models import Amendment, AmendmentReason, Clause
from evaluation.models.texts import Node, Text
from evaluation.placing import NUMBERED, Place, free_number, namesake, place_of, places
from programs.models import Program

NO_REASON = "まだ選ばない"
REOPEN = "ページを開き直してから、もう一度やり直してください。"
SHIFT = "この{0}と、続く{0}の番号を、並びのとおりに付け直す"
NUMBER_HELP = (
    "印刷される番号のうち、この条項だけの番号です。「2.5.」なら「5」、「Ⅱ.」なら「Ⅱ」と入力します。"
)
WHERE = 34  # characters that name a place
TOP = "いちばん上"
KINDS_BELOW_ITEM = {
    "body": Clause.Kind.BODY,
    "axes": Clause.Kind.EVALUATION_AXIS,
    "evaluation_indicators": Clause.Kind.EVALUATION_INDICATOR,
    "monitoring_indicators": Clause.Kind.MONITORING_INDICATOR,
}


def reasons_of(draft: Amendment) -> list[AmendmentReason]:
    """Return the reasons of a draft in the order of its cover memo (one query)."""
    reasons = AmendmentReason.objects.filter(group__amendment=draft).select_related("group")
    return list(reasons.order_by("group__position", "position"))


class ReasonField(forms.TypedChoiceField):
    """A reason of the draft, chosen among its groups; None for none."""

    def __init__(self, reasons: list[AmendmentReason], **options: Any) -> None:
        by_pk = {str(reason.pk): reason for reason in reasons}
        groups = groupby(reasons, key=lambda reason: reason.group)
        choices: list[Any] = [(str(group), [(r.pk, r.title) for r in of]) for group, of in groups]
        super().__init__(
            label="変更理由",
            required=False,
            help_text="決定までに選びます。",
            choices=[("", NO_REASON), *choices],
            coerce=by_pk.__getitem__,
            empty_value=None,
            error_messages={"invalid_choice": "この変更案の変更理由から選んでください。"},
            **options,
        )


class PlaceField(forms.TypedChoiceField):
    """Where a clause of a kind may stand: below what, after what."""

    def __init__(
        self, tree: Text, kind: str, moving: Node | None = None, initial: Place | None = None
    ) -> None:
        found = {_key(place): place for place in places(tree, kind, moving)}
        groups = groupby(found.items(), key=lambda item: item[1].parent)
        choices: list[Any] = [] if initial else [("", "選んでください")]
        for parent, of in groups:
            heading = tree.place(parent) if parent else TOP
            choices.append((heading, [(key, _where(tree, place, heading)) for key, place in of]))
        super().__init__(
            label="置き場所",
            choices=choices,
            coerce=found.__getitem__,
            initial=_key(initial) if initial else None,
            error_messages={
                "required": "置き場所を選んでください。",
                "invalid_choice": "選んだ場所は、その間に動かされたか削られました。選び直してください。",
            },
        )


def words_of_place(tree: Text, place: Place) -> str:
    """Name a place for a person: below what, after what."""
    heading = tree.place(place.parent) if place.parent else TOP
    where = _where(tree, place, heading)
    return where if place.after is None else f"{heading}の、{where}"


def _key(place: Place) -> str:
    return f"{place.parent.public_id if place.parent else ''}:{place.after.public_id if place.after else ''}"


def _where(tree: Text, place: Place, heading: str) -> str:
    if place.after is None:
        return f"{shortened(heading, WHERE)}の先頭"
    words = " ".join(filter(None, [tree.number(place.after), place.after.text]))
    return f"「{shortened(words, WHERE)}」の後"


@dataclass(frozen=True)
class Target:
    """The clause to be changed, as its draft says it."""

    draft: Amendment
    tree: Text
    node: Node
    reasons: list[AmendmentReason]

    @property
    def changed(self) -> bool:
        return self.node.wording.amendment_id == self.draft.pk

    @property
    def introduced(self) -> bool:
        return self.node.wording.clause.introduced_by_id == self.draft.pk

    @property
    def reworded_since(self) -> bool:
        """Tell whether what was decided since the draft began rewords the clause as well."""
        return any(
            conflict.clause_id == self.node.clause_id and conflict.aspect == "文言"
            for conflict in self.tree.stale
        )


class SeenField(forms.CharField):
    """The fingerprint of what the user saw, so that nobody overwrites what came after it."""

    def __init__(self) -> None:
        super().__init__(widget=forms.HiddenInput, error_messages={"required": REOPEN})


class ChangeForm(forms.Form):
    """What every change carries: what the user saw, and the reason of the change."""

    seen = SeenField()

    def __init__(self, target: Target, data: Any = None) -> None:
        super().__init__(data)
        self.target, node = target, target.node
        self.fields["reason"] = ReasonField(
            target.reasons, initial=node.wording.reason_id if target.changed else None
        )
        self.initial["seen"] = fingerprint(target.tree, node.clause_id, below=self.takes_below)

    @property
    def takes_below(self) -> bool:
        """Whether all that stands below the clause goes with it, so that it must be seen too."""
        return False

    @property
    def values(self) -> dict[str, Any]:
        """Return the keyword arguments of the verb."""
        return dict(self.cleaned_data)


def settled_field() -> forms.MultipleChoiceField:
    """Ask where what was decided since rewords a clause too: it must not be lost unseen."""
    return forms.MultipleChoiceField(
        label="決定された変更との重なり",
        choices=[("yes", "決定された文言を確かめた上で、この文言にします")],
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "この条項は、起案の後に決定された変更でも改められています。"
            "決定された文言（現行）を対照表で確かめ、残す語を入れてから、印を付けてください。"
        },
    )


class RewordForm(ChangeForm):
    """`opened` is the text as it was when the page was opened: what two editors both started from.
    `settled` is asked where what was decided since rewords the clause too: it must not be lost unseen.
    """

    opened = KeptField()

    def __init__(self, target: Target, data: Any = None) -> None:
        super().__init__(target, data)
        heading = target.node.kind in NUMBERED
        self.fields["text"] = (HeadingField if heading else WritingField)(
            label="見出し" if heading else target.node.wording.clause.get_kind_display(),
            initial=target.node.text,
            rows=0 if heading else min(16, 3 + len(target.node.text) // 40),
            error_messages={
                "required": "文言を入力してください。条項をなくすときは「この条項を削る」を選びます。"
            },
        )
        self.initial["opened"] = target.node.text
        if target.reworded_since:
            self.fields["settled"] = settled_field()
        self.order_fields(["text", "settled", "reason"])

    @property
    def values(self) -> dict[str, Any]:
        asked = {"opened", "settled"}
        return {name: value for name, value in self.cleaned_data.items() if name not in asked}


class RelabelForm(ChangeForm):
    def __init__(self, target: Target, data: Any = None) -> None:
        super().__init__(target, data)
        self.fields["label"] = NumberField(
            label="番号",
            initial=target.node.label,
            help_text=NUMBER_HELP,
            error_messages={"required": "番号を入力してください（例：5）。"},
        )
        self.order_fields(["label", "reason"])


class MoveForm(ChangeForm):
    def __init__(self, target: Target, data: Any = None) -> None:
        super().__init__(target, data)
        node, tree = target.node, target.tree
        self.fields["place"] = PlaceField(tree, node.kind, node, place_of(tree, node))
        self.order_fields(["place", "reason"])

    @property
    def values(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        place: Place = values.pop("place")
        return values | _clauses(place)


class RepealForm(ChangeForm):
    @property
    def takes_below(self) -> bool:
        return True


class TakeBackForm(ChangeForm):
    """Takes a change of the draft back, which needs no reason."""

    def __init__(self, target: Target, data: Any = None) -> None:
        super().__init__(target, data)
        del self.fields["reason"]


class UndoForm(TakeBackForm):
    @property
    def takes_below(self) -> bool:
        return self.target.introduced


class TakeBackActForm(forms.Form):
    """Names an act by its place in the history, and the clause from whose page it was done; `again`: the
    act took another one back, so that to take it back is to do that again."""

    after = forms.IntegerField(widget=forms.HiddenInput)
    last = forms.IntegerField(widget=forms.HiddenInput)
    after_origin = forms.IntegerField(widget=forms.HiddenInput)
    last_origin = forms.IntegerField(widget=forms.HiddenInput)
    public_id = forms.SlugField(required=False, widget=forms.HiddenInput)
    again = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, auto_id="act_%s", initial=initial)

    @property
    def act(self) -> Act:
        return Act(**{field.name: self.cleaned_data[field.name] for field in fields(Act)})


class NewForm(forms.Form):
    """A clause that the draft introduces: its place, number, text, and the reason."""

    def __init__(
        self, draft: Amendment, tree: Text, kind: str, place: Place | None = None, data: Any = None
    ) -> None:
        super().__init__(data)
        self.tree, self.kind = tree, kind
        self.fields["place"] = PlaceField(tree, kind, initial=place)
        if kind in NUMBERED:
            self.fields["label"] = NumberField(
                label="番号",
                help_text=NUMBER_HELP,
                initial=free_number(tree, kind, place) if place else "",
                error_messages={"required": "番号を入力してください（例：5）。"},
            )
            self.fields["shift"] = forms.MultipleChoiceField(
                label="続く番号",
                required=False,
                choices=[("yes", SHIFT.format(Clause.Kind(kind).label))],
                widget=forms.CheckboxSelectMultiple,
            )
        name = "見出し" if kind in NUMBERED else str(Clause.Kind(kind).label)
        self.fields["text"] = (HeadingField if kind in NUMBERED else WritingField)(
            label=name,
            rows=0 if kind in NUMBERED else 5,
            error_messages={"required": f"{name}を入力してください。"},
        )
        self.fields["reason"] = ReasonField(reasons_of(draft))

    def clean(self) -> dict[str, Any]:
        """Refuse a number that a sibling has, and name the one that is free."""
        values: dict[str, Any] = super().clean() or {}
        place, label = values.get("place"), values.get("label")
        if isinstance(place, Place) and label and not values.get("shift"):
            parent_id = place.parent.clause_id if place.parent else None
            if same := namesake(self.tree, self.kind, parent_id, label):
                free = free_number(self.tree, self.kind, place)
                hint = f"空いている番号は「{free}」です。" if free else ""
                hint += f"「{SHIFT.format(Clause.Kind(self.kind).label)}」に印を付けると、この場所に入れられます。"
                self.add_error(
                    "label", f"番号「{label}」は、「{same.text}」と重なっています。{hint}"
                )
        return values

    @property
    def values(self) -> dict[str, Any]:
        """Return the keyword arguments of the verb."""
        values = dict(self.cleaned_data)
        place: Place = values.pop("place")
        if "shift" in values:
            values["shift"] = bool(values["shift"])
        return values | _clauses(place) | {"kind": self.kind}


class NewItemForm(NewForm):
    """An item with all that hangs on it."""

    body = LinesField(
        label="本文",
        rows=8,
        required=False,
        help_text="改行または空の行で、次の段落になります。",
    )
    axes = LinesField(
        label="評価軸", rows=4, bullets=True, required=False, help_text="1行に一つ入力します。"
    )
    evaluation_indicators = LinesField(
        label="評価指標", rows=4, bullets=True, required=False, help_text="1行に一つ入力します。"
    )
    monitoring_indicators = LinesField(
        label="モニタリング指標",
        rows=5,
        bullets=True,
        required=False,
        help_text="1行に一つ入力します。",
    )
    programs = forms.ModelMultipleChoiceField(
        Program.objects.none(),
        label="この項目を担う事業",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "この法人の事業から選んでください。"},
    )

    def __init__(self, *args: Any, programs: QuerySet[Program], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["programs"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = programs
        self.order_fields(
            ["place", "label", "shift", "text", *KINDS_BELOW_ITEM, "programs", "reason"]
        )

    @property
    def values(self) -> dict[str, Any]:
        values = super().values
        del values["kind"]
        values["parts"] = {kind: values.pop(name) for name, kind in KINDS_BELOW_ITEM.items()}
        return values


def refuse(form: forms.Form, error: ValidationError) -> None:
    """Show what a verb refused at the field that it names, or above the form."""
    named = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, messages in named.items():
        for message in messages:
            form.add_error(name if name in form.fields else None, message)


def _clauses(place: Place) -> dict[str, Clause | None]:
    return {
        "parent": place.parent.wording.clause if place.parent else None,
        "after": place.after.wording.clause if place.after else None,
    }
