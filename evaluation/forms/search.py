"""What is looked for in the texts."""

from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db.models import F

from evaluation.forms.plain import PlainForm
from evaluation.models import Amendment, Clause
from evaluation.searching import Search, visible_wordings
from jst_objectives.folding import words_of
from programs.models import User

EVERYTHING = [("", "すべて")]
OUTSIDE = [("reason", "変更理由"), ("policy", "政策体系"), ("programme", "事業")]
MOST_WORDS = 10


class SearchForm(PlainForm):
    """Words and filters; an empty filter asks nothing."""

    q = forms.CharField(
        label="検索する言葉",
        help_text="言葉を空白で区切ると、そのすべてを含む文章を探します。"
        "ひらがなとカタカナ、全角と半角、大文字と小文字、国と國などの字体は区別しません。",
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={
            "required": "検索する言葉を入力してください。",
            "max_length": "検索する言葉は100文字以内で入力してください。",
        },
    )
    kind = forms.ChoiceField(
        label="種類", required=False, choices=[*EVERYTHING, *Clause.Kind.choices, *OUTSIDE]
    )
    chapter = forms.ChoiceField(label="章", required=False)
    amendment = forms.ChoiceField(label="変更", required=False)

    def __init__(self, *args: Any, reader: User | AnonymousUser, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reader = reader
        self._offer("chapter", chapters(reader))
        self._offer("amendment", amendments(reader))
        self._offer("kind", self.fields["kind"].choices[1:])  # type: ignore[attr-defined]

    def _offer(self, name: str, choices: list[Any]) -> None:
        field: Any = self.fields[name]
        field.choices = [*EVERYTHING, *choices]
        field.error_messages["invalid_choice"] = f"{field.label}は、一覧から選んでください。"

    def clean_q(self) -> str:
        typed: str = self.cleaned_data["q"]
        words = words_of(typed)
        if not words:
            raise ValidationError("検索する言葉を入力してください。空白だけでは探せません。")
        if len(words) > MOST_WORDS:
            raise ValidationError(f"一度に探せる言葉は{MOST_WORDS}個までです。")
        return typed

    @property
    def is_filtered(self) -> bool:
        return any(self.data.get(name) for name in ("kind", "chapter", "amendment"))

    @property
    def search(self) -> Search:
        """What a valid form asks."""
        asked = self.cleaned_data
        return Search(
            reader=self.reader,
            words=tuple(words_of(asked["q"])),
            kind=asked["kind"],
            chapter=int(asked["chapter"]) if asked["chapter"] else None,
            amendment=int(asked["amendment"]) if asked["amendment"] else None,
        )


def chapters(reader: User | AnonymousUser) -> list[tuple[str, str]]:
    """Return key and name of every chapter that a reader may know, by its latest words."""
    rows = visible_wordings(reader).filter(clause__kind=Clause.Kind.CHAPTER).placed()
    place = ("amendment__period", "rank")
    said = ("label", "text", "amendment__period__agency__short_name")
    ordered = rows.order_by("stands", F("place").asc(nulls_first=True), "amendment__sequence")
    latest: dict[int, list[Any]] = {
        clause: found for clause, *found in ordered.values_list("clause", *place, *said)
    }
    in_order = sorted(latest.items(), key=lambda item: item[1][: len(place)])
    return [
        (str(clause), f"{label}. {text}（{agency}）")
        for clause, (_, _, label, text, agency) in in_order
    ]


def amendments(reader: User | AnonymousUser) -> list[tuple[str, str]]:
    """Return key and name of every amendment that a reader may see, the newest first."""
    rows = Amendment.objects.visible_to(reader).select_related("period__agency")
    return [(str(row.pk), f"{row}（{row.period.agency.short_name}）") for row in rows][::-1]
