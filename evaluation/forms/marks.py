"""The form in which an editor draws the marks of one clause."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from evaluation.comparison.correcting import Piece, fingerprint, joined, pieces
from evaluation.comparison.marking import Marks, Span
from evaluation.forms.clauses import SeenField
from evaluation.forms.texts import TEXTS_SEEN, WritingField
from evaluation.models.markings import read_spans

PROPOSAL = "proposal"  # the button that gives up the drawn marks
BY = "by"  # the button that shows what is ticked by word or by character, and stores nothing


Side = tuple[str, str, tuple[Piece, ...]]  # name, title, pieces; the proposed one comes first


class SpansField(forms.Field):
    """The stretches that were ticked, each "3-8"."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> tuple[Span, ...]:
        try:
            return read_spans(",".join(value or ()))
        except ValidationError:
            raise ValidationError(
                "下線の位置を読み取れません。ページを開き直して、もう一度選んでください。"
            ) from None


class MarksForm(forms.Form):
    """A box for each word, or each character, of both texts."""

    old = SpansField(label="現行の下線", required=False)
    new = SpansField(label="変更案の下線", required=False)
    why = WritingField(
        label="下線を直した理由",
        required=False,
        max_length=500,
        help_text="例：固有名詞を切らずに示すため",
    )
    seen = SeenField()
    # Of which texts the boxes are: ticks mean nothing on others.
    texts_seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, texts: tuple[str, str], drawn: Marks, seen: str, data: Any = None, why: str = ""
    ) -> None:
        super().__init__(data, initial={"seen": seen, "why": why})
        self.initial[TEXTS_SEEN] = fingerprint(*texts)
        self.texts, self.drawn = texts, drawn

    @property
    def marks(self) -> Marks:
        return Marks(self.cleaned_data["old"], self.cleaned_data["new"])

    def sides(self, *, by_character: bool) -> list[Side]:
        """Return both sides as they are ticked now."""
        return self._sides(self._ticked() or self.drawn, by_character)

    def _ticked(self) -> Marks | None:
        """Return what was sent, also where another field is refused; None for what fits no text."""
        if not self.is_bound or not self.errors.keys().isdisjoint({"old", "new"}):
            return None
        try:
            marks = self.marks
            return Marks(joined(self.texts[0], marks.old), joined(self.texts[1], marks.new))
        except ValueError:
            return None

    def proposed(self, marks: Marks) -> list[Side]:
        """Return both sides as the engine marks them."""
        return self._sides(marks, by_character=False)

    def _sides(self, marks: Marks, by_character: bool) -> list[Side]:
        rows = (("new", "変更案", 1, marks.new), ("old", "現行", 0, marks.old))
        return [
            (name, title, pieces(self.texts[side], spans, by_character=by_character))
            for name, title, side, spans in rows
        ]
