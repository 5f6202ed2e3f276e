"""The forms of one value, of one yearly text, of the evidence for both, and of the reason of a change."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import URLValidator

from evaluation import numbers
from evaluation.forms.dates import JapaneseDateField
from evaluation.forms.measures import NUMBER_HELP, choice
from evaluation.forms.plain import PlainForm
from evaluation.forms.texts import WritingField
from evaluation.models import (
    ChangeCode,
    Evidence,
    IndicatorMeasure,
    IndicatorValue,
    YearlyResult,
)

ONE_OF_BOTH = "値と、値のない理由の、どちらか一つだけを入力してください。"
LINK_FORM = "リンクは「https://…」の形で入力してください。"


class WhyForm(PlainForm):
    """Why something is changed that was final, or whose year was closed. Nothing is asked for here: that
    is for whom it concerns."""

    why_code = choice(
        "直す理由の種類", [("", "選んでください"), *ChangeCode.choices], required=False
    )
    why = WritingField(label="直す理由の説明", max_length=500, required=False)


class StampedForm(PlainForm):
    """What a value and a yearly text have in common: the revision that was seen, and the reason."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(
        self, row: IndicatorValue | YearlyResult | None, *, asks_why: bool, data: Any, initial: Any
    ) -> None:
        super().__init__(data, initial={"seen": row.revision if row else 0} | initial)
        if asks_why:
            self._ask_why()

    def _ask_why(self) -> None:
        asked = WhyForm().fields
        for name in ("why_code", "why"):
            field = self.fields[name] = asked[name]
            field.required = True
            field.error_messages["required"] = (
                f"確定または締切の後に直すときは、{field.label}が要ります。"
            )


class ValueForm(StampedForm):
    """A value of a measure in a year. Cleans to the arguments of `valuing.record`."""

    value = WritingField(label="値", required=False, help_text=NUMBER_HELP)
    state = choice(
        "値のない理由", [("", "値がある"), *IndicatorValue.State.choices], required=False
    )
    note = WritingField(
        label="注",
        rows=3,
        required=False,
        help_text="集計の時点、数え方など。値とともに示されます。",
    )

    def __init__(
        self,
        measure: IndicatorMeasure,
        row: IndicatorValue | None,
        *,
        asks_why: bool,
        data: Any = None,
    ) -> None:
        initial = {"note": row.note, "state": row.state} if row else {}
        if row and not row.state:
            shown = "" if row.number is None else numbers.written(row.number, measure.decimals)
            initial["value"] = shown or row.text
        super().__init__(row, asks_why=asks_why, data=data, initial=initial)
        self.measure, self.stands = measure, row
        self.fields["value"].label = f"値（{measure.unit}）" if measure.unit else "値"
        if measure.nature == IndicatorMeasure.Nature.QUALITATIVE:
            self.fields["value"] = WritingField(label="値（文）", rows=4, required=False)
        self.order_fields(["value", "state", "note", "why_code", "why"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        typed, chosen = cleaned.pop("value", ""), cleaned.get("state", "")
        if self.measure.nature == IndicatorMeasure.Nature.QUALITATIVE:
            cleaned["text"] = typed if typed.strip() else ""
            said = bool(cleaned["text"])
        else:
            reading = numbers.read(typed, self.measure.unit, self.measure.decimals)
            if reading.error:
                self.add_error("value", reading.error)
            cleaned["number"], said = reading.number, reading.number is not None
            said = said or bool(reading.state and chosen and chosen != reading.state)
            chosen = chosen or reading.state
        if said and chosen:
            self.add_error("state", ONE_OF_BOTH)
        cleaned["state"] = chosen
        self.is_empty = not said and not chosen
        if self.is_empty and not self.errors and (self.stands is None or cleaned.get("note")):
            self.add_error("value", "値を入力するか、値のない理由を選んでください。")
        return cleaned


class ResultForm(StampedForm):
    """What was done in a year for an evaluation indicator. Cleans to the arguments of `record_result`."""

    text = WritingField(
        label="実績",
        rows=10,
        required=False,
        help_text="この年度に行ったことと、その成果を書きます。",
    )

    def __init__(self, row: YearlyResult | None, *, asks_why: bool, data: Any = None) -> None:
        initial = {"text": row.text} if row else {}
        super().__init__(row, asks_why=asks_why, data=data, initial=initial)
        self.stands = row
        self.order_fields(["text", "why_code", "why"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("text") and self.stands is None and "text" not in self.errors:
            self.add_error("text", "実績を入力してください。")
        return cleaned


# --- Evidence -------------------------------------------------------------------------------------
class EvidenceForm(PlainForm):
    """A link or a file. Cleans to `title`, `dated_on` and either `url` or `name` and `content`."""

    title = WritingField(
        label="資料の名前",
        max_length=200,
        error_messages={"required": "資料の名前を入力してください。"},
    )
    dated_on = JapaneseDateField(label="資料の日付", required=False)
    url = forms.CharField(
        label="リンク",
        required=False,
        max_length=500,
        widget=forms.URLInput,
        validators=[URLValidator(schemes=["http", "https"], message=LINK_FORM)],
        help_text="https:// で始まるアドレス。ファイルを付けるときは空けます。",
    )
    file = forms.FileField(
        label="ファイル",
        required=False,
        widget=forms.FileInput(attrs={"accept": ",".join(f".{s}" for s in Evidence.TYPES)}),
        help_text="PDF、Word（docx）、Excel（xlsx）、PowerPoint（pptx）、テキスト、CSV、PNG、JPEG。20 MBまで",
        error_messages={"empty": "選んだファイルは空です。"},
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if bool(cleaned.get("url")) is bool(cleaned.get("file")) and not self.errors:
            raise ValidationError("リンクかファイルの、どちらか一つを付けてください。")
        return cleaned

    @property
    def kept(self) -> dict[str, Any]:
        """Return the arguments of `valuing.attach_link` or `attach_file`."""
        named = {name: self.cleaned_data[name] for name in ("title", "dated_on")}
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is None:
            return named | {"url": self.cleaned_data["url"]}
        return named | {"name": file.name or "", "content": file.read()}


class DetachForm(PlainForm):
    why = WritingField(
        label="外す理由",
        max_length=500,
        error_messages={"required": "根拠資料を外す理由を入力してください。"},
    )
