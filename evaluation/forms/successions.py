"""Forms that split, merge and replace a clause, or record where a new one came from."""

from typing import Any

from django import forms

from evaluation.amending.succeeding import mergeable, origins
from evaluation.excerpts import shortened
from evaluation.forms.clauses import ChangeForm, Target
from evaluation.forms.texts import LinesField, WritingField
from evaluation.models import Clause, Succession
from evaluation.models.texts import Node, Text

SERIES = [("continues", "続ける（前の値とつなぐ）"), ("breaks", "ここで切る（前の値とつながない）")]


class SeriesField(forms.ChoiceField):
    """Whether the yearly values of an indicator go on as one series."""

    def __init__(self, *, initial: bool) -> None:
        super().__init__(
            label="実績の系列",
            choices=SERIES,
            initial="continues" if initial else "breaks",
            widget=forms.RadioSelect,
            error_messages={"required": "系列を続けるか、切るかを選んでください。"},
        )

    def clean(self, value: Any) -> bool:
        return bool(super().clean(value) == "continues")


class ClausesField(forms.TypedMultipleChoiceField):
    """Clauses to tick, each named by its text."""

    def __init__(self, nodes: list[Node], tree: Text, **options: Any) -> None:
        by_id = {node.public_id: node.wording.clause for node in nodes}
        super().__init__(
            choices=[(node.public_id, named(tree, node)) for node in nodes],
            coerce=by_id.__getitem__,
            widget=forms.CheckboxSelectMultiple,
            **options,
        )


def named(tree: Text, node: Node) -> str:
    words = " ".join(filter(None, [tree.number(node), node.text]))
    words = shortened(words, 60)
    return f"{words}（削る）" if node.repealed else words


class _SeriesForm(ChangeForm):
    """`continues` is asked of what has yearly values; of anything else a text simply goes on."""

    CONTINUES = True

    def add_series(self, target: Target) -> None:
        if target.node.kind == Clause.Kind.MONITORING_INDICATOR:
            self.fields["continues"] = SeriesField(initial=self.CONTINUES)


class SplitForm(_SeriesForm):
    def __init__(self, target: Target, data: Any = None) -> None:
        super().__init__(target, data)
        self.fields["parts"] = LinesField(
            label="分けた後の文言",
            rows=min(16, 4 + len(target.node.text) // 40),
            initial=target.node.text,
            help_text="分ける所で改行してください。1行目がこの条項に残り、次の行からが新しい条項になります。",
            error_messages={"required": "分けた後の文言を入力してください。"},
        )
        self.add_series(target)
        self.order_fields(["parts", "continues", "reason"])


class MergeForm(_SeriesForm):
    def __init__(self, target: Target, data: Any = None) -> None:
        super().__init__(target, data)
        self.fields["others"] = ClausesField(
            mergeable(target.draft, target.tree, target.node),
            target.tree,
            label="統合して削る条項",
            error_messages={"required": "統合する条項を選んでください。"},
        )
        self.fields["text"] = WritingField(
            label="統合した後の文言",
            initial=target.node.text,
            rows=min(16, 3 + len(target.node.text) // 40),
            error_messages={"required": "統合した後の文言を入力してください。"},
        )
        self.add_series(target)
        self.order_fields(["others", "text", "continues", "reason"])


class ReplaceForm(_SeriesForm):
    CONTINUES = False

    def __init__(self, target: Target, data: Any = None) -> None:
        super().__init__(target, data)
        self.fields["text"] = WritingField(
            label="代わりの条項の文言",
            rows=5,
            error_messages={"required": "代わりの条項の文言を入力してください。"},
        )
        self.add_series(target)
        self.order_fields(["text", "continues", "reason"])


class SeriesForm(_SeriesForm):
    def __init__(self, target: Target, data: Any = None) -> None:
        super().__init__(target, data)
        del self.fields["reason"]
        rows = target.draft.successions.filter(
            from_clause=target.node.clause_id, to_clause=target.node.clause_id
        )
        said = rows.first()
        self.fields["continues"] = SeriesField(initial=said.continues if said else True)


class DeriveForm(_SeriesForm):
    def __init__(self, target: Target, data: Any = None) -> None:
        super().__init__(target, data)
        del self.fields["reason"]
        said = list(target.draft.successions.filter(to_clause=target.node.clause_id))
        found = origins(target.draft, target.tree, target.node)
        sources = {row.from_clause_id for row in said}
        self.fields["sources"] = ClausesField(
            found,
            target.tree,
            label="元の条項",
            required=False,
            initial=[node.public_id for node in found if node.clause_id in sources],
            help_text="一つも選ばずに保存すると、由来の記録を取りやめます。",
        )
        kinds = Succession.Kind
        self.fields["kind"] = forms.ChoiceField(
            label="由来の種類",
            choices=[
                (kind.value, kind.label) for kind in (kinds.SPLIT, kinds.MERGED, kinds.REPLACED)
            ],
            initial=said[0].kind if said else kinds.SPLIT.value,
        )
        self.add_series(target)
        self.order_fields(["sources", "kind", "continues"])
