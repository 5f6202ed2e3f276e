"""The form in which a person merges two texts made of one: a choice for each paragraph that changed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from evaluation.amending.overtaken import MINE, TEXT, THEIRS, Overtaken
from evaluation.checks import tidied
from evaluation.comparison.elision import cells
from evaluation.comparison.marking import mark
from evaluation.comparison.merging import Merge, Origin, Passage, merge
from evaluation.comparison.rows import Run
from evaluation.forms.clauses import ChangeForm, Target, settled_field, words_of_place
from evaluation.forms.texts import OWN, KeptField, WritingField
from evaluation.models import Wording
from evaluation.placing import NUMBERED, place_of

ITSELF = "own"  # the choice of what somebody writes


@dataclass(frozen=True)
class Source:
    """What the three texts are called where two texts came from one."""

    key: str
    mine: str
    theirs: str
    base: str


EDITORS = Source(
    "editors",
    "あなたが入力した文言",
    "先に保存された文言",
    "あなたがページを開いたときの文言",
)
DECISION = Source("decision", "この変更案の文言", "決定された文言", "起案したときの文言")
SOURCES = {source.key: source for source in (EDITORS, DECISION)}
# The fields that ask whose value stands of what conflicts beside the text.
ASKED = {"番号": "number", "位置": "place", "削除": "deletion"}


@dataclass(frozen=True)
class Option:
    """One text that a paragraph may have; `runs` with its changes marked, None for no paragraph."""

    value: str
    name: str
    text: str | None
    runs: tuple[Run, ...] | None


@dataclass(frozen=True)
class Choice:
    """One paragraph as the page shows it; without fields where nobody changed it."""

    place: int
    passage: Passage
    options: tuple[Option, ...] = ()
    field: forms.BoundField | None = None
    own: forms.BoundField | None = None

    @property
    def chosen(self) -> str:
        return str(self.field.value() or "") if self.field else ""


class SettleForm(ChangeForm):
    """`base`, `mine` and `theirs` come along, so that what a person saw is what is merged; `waiting` is
    the clause with all that a decision changed of it."""

    source = forms.ChoiceField(choices=[(key, key) for key in SOURCES], widget=forms.HiddenInput)
    base = KeptField()
    mine = KeptField()
    theirs = KeptField()

    def __init__(
        self,
        target: Target,
        source: Source,
        texts: tuple[str, str, str],
        data: Any = None,
        waiting: Overtaken | None = None,
    ) -> None:
        super().__init__(target, data)
        self.named = source
        kept = zip(("base", "mine", "theirs"), texts, strict=True)
        self.initial.update(kept, source=source.key)
        self.merged: Merge = merge(*texts)
        self.options: dict[int, tuple[Option, ...]] = {}
        for place, passage in enumerate(self.merged.passages):
            if passage.origin is not Origin.SAME:
                self._ask(place, passage)
        self.aspects: list[str] = []
        if waiting:
            self.initial["seen"] = waiting.seen
            self.aspects = [c.aspect for c in waiting.conflicts if c.aspect != TEXT]
            for aspect in self.aspects:
                self.fields[ASKED[aspect]] = _side_field(target, aspect, waiting)
        if source is EDITORS and target.reworded_since:
            self.fields["settled"] = settled_field()
        self.order_fields(["settled", *ASKED.values(), "reason"])
        if data is not None:
            self.data = self._choosing_what_was_written(data)

    def _choosing_what_was_written(self, data: Any) -> Any:
        """Return what was sent, with `ITSELF` chosen where somebody wrote and chose nothing beside it."""
        sent = data.copy()
        for place in self.options:
            choice, own = self.fields[f"choice-{place}"], self.fields[f"{OWN}{place}"]
            written = tidied(str(sent.get(f"{OWN}{place}") or ""))
            chosen = sent.get(f"choice-{place}") or None
            if written.strip() and written != own.initial and chosen in (None, choice.initial):
                sent[f"choice-{place}"] = ITSELF
        return sent

    def _ask(self, place: int, passage: Passage) -> None:
        options = tuple(self._options(passage))
        self.options[place] = options
        self.fields[f"choice-{place}"] = forms.ChoiceField(
            label=f"{place + 1}つ目の段落",
            choices=[*((option.value, option.name) for option in options), (ITSELF, ITSELF)],
            widget=forms.RadioSelect,
            initial=None if passage.origin is Origin.CONFLICT else options[0].value,
            error_messages={
                "required": f"{place + 1}つ目の段落は、両方が改めています。文言を選ぶか、書いてください。"
            },
        )
        lines = 0 if self.target.node.kind in NUMBERED else 3
        self.fields[f"{OWN}{place}"] = WritingField(
            label="書く文言", rows=lines, required=False, initial=passage.text or ""
        )

    def _options(self, passage: Passage) -> Iterator[Option]:
        """Yield the texts to choose from, the automatic one first, each once."""
        automatic = "統合した文言" if passage.origin is Origin.MERGED else ""
        names = {"mine": self.named.mine, "theirs": self.named.theirs, "base": self.named.base}
        texts = {side: getattr(passage, side) for side in names}
        if automatic:
            yield Option("merged", automatic, passage.text, _runs(passage.base, passage.text))
        seen: list[str | None] = []
        first = "theirs" if passage.origin is Origin.THEIRS else "mine"
        for side in sorted(names, key=lambda name: name != first):
            if texts[side] not in seen:
                seen.append(texts[side])
                alike = [names[other] for other in names if texts[other] == texts[side]]
                runs = _runs(passage.base, texts[side])
                yield Option(side, "・".join(alike), texts[side], runs)

    @property
    def choices(self) -> Iterator[Choice]:
        for place, passage in enumerate(self.merged.passages):
            if place in self.options:
                fields = self[f"choice-{place}"], self[f"{OWN}{place}"]
                yield Choice(place, passage, self.options[place], *fields)
            else:
                yield Choice(place, passage)

    @property
    def others(self) -> list[forms.BoundField]:
        """The visible fields that belong to no paragraph."""
        names = {"settled", *ASKED.values(), "reason"}
        return [field for field in self.visible_fields() if field.name in names]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        for place in self.options:
            name = f"{OWN}{place}"
            empty = not (values.get(name) or name in self.errors)
            if values.get(f"choice-{place}") == ITSELF and empty:
                error = ValidationError(f"{place + 1}つ目の段落の文言を入力してください。")
                self.add_error(name, error)
        return values

    @property
    def stored(self) -> str:
        """What the draft said when the page was shown: whoever merges started from there."""
        return str(self.cleaned_data["mine" if self.named is DECISION else "theirs"])

    @property
    def text(self) -> str:
        """The text that was chosen, of valid data."""
        chosen: dict[int, str | None] = {}
        for place, options in self.options.items():
            choice = self.cleaned_data[f"choice-{place}"]
            own = self.cleaned_data[f"{OWN}{place}"]
            texts = {option.value: option.text for option in options}
            chosen[place] = own if choice == ITSELF else texts[choice]
        return self.merged.settled(chosen)

    @property
    def values(self) -> dict[str, Any]:
        """Return the keyword arguments of the verb."""
        kept = {name: self.cleaned_data[name] for name in ("seen", "reason")}
        if self.named is DECISION:
            kept["chosen"] = {one: self.cleaned_data[ASKED[one]] for one in self.aspects}
        return {"text": self.text, **kept}


def _side_field(target: Target, aspect: str, waiting: Overtaken) -> forms.ChoiceField:
    mine, theirs = (_said(target, aspect, row) for row in (waiting.own, waiting.head))
    return forms.ChoiceField(
        label=aspect,
        choices=[(MINE, f"この変更案：{mine}"), (THEIRS, f"決定された変更：{theirs}")],
        widget=forms.RadioSelect,
        error_messages={
            "required": f"{aspect}は、両方が改めています。どちらにするかを選んでください。"
        },
    )


def _said(target: Target, aspect: str, row: Wording) -> str:
    """Say what a row makes of a clause's number, place or deletion."""
    if aspect == "番号":
        return row.label
    if aspect == "削除":
        return "削る" if row.repealed else "残す"
    node = replace(target.node, parent_id=row.parent_id, rank=row.rank)
    return words_of_place(target.tree, place_of(target.tree, node))


def _runs(base: str | None, text: str | None) -> tuple[Run, ...] | None:
    if text is None:
        return None
    if base is None or base == text:
        return (Run(text, marked=base is None),)
    return cells(base, text, mark(base, text), elide=False)[1]


def posted(data: Any) -> tuple[Source, tuple[str, str, str]] | None:
    """Read what a merge form sent of its texts; None for what is none."""
    source = SOURCES.get(data.get("source", ""))
    texts = [KeptField().clean(data[name]) for name in ("base", "mine", "theirs") if name in data]
    return (source, (texts[0], texts[1], texts[2])) if source and len(texts) == 3 else None
