"""Recording, correcting and removing a step of the procedure, and its files."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from evaluation import recording
from evaluation.eras import written
from evaluation.file_kinds import is_of_its_kind, suffix_of
from evaluation.forms.clauses import SeenField
from evaluation.forms.dates import JapaneseDateField
from evaluation.forms.plain import PlainForm
from evaluation.models import Amendment, Attachment, ProcedureStep, StepKind
from evaluation.models.steps import LARGEST_FILE
from evaluation.step_order import FIELDS

MEGABYTE = 1024 * 1024


def why_field(label: str) -> forms.CharField:
    return forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        label=label,
        max_length=500,
        help_text="記録として残ります。",
        error_messages={"required": f"{label}を入力してください。"},
    )


class StepRecordForm(PlainForm):
    """What is recorded of a step; `said` are the fields of `FIELDS`."""

    is_printed = True

    body = forms.CharField(
        label="会議・相手",
        max_length=100,
        required=False,
        help_text="空欄なら、その手続に登録された相手になります。",
    )
    number = forms.CharField(
        label="回次", max_length=100, required=False, help_text="例：第28回、第22回（書面）"
    )
    document_number = forms.CharField(
        label="文書番号", max_length=100, required=False, help_text="例：7文科科第123号"
    )
    date = JapaneseDateField(label="日付", help_text="開催・諮問・協議・申請・届出の日。")
    answered_on = JapaneseDateField(
        label="回答・答申・認可の日", required=False, help_text="日付と違うときだけ入力します。"
    )
    openness = forms.ChoiceField(
        label="会議の公開",
        choices=[("", "公開・非公開を記録しない"), *ProcedureStep.Openness.choices[1:]],
        required=False,
        widget=forms.RadioSelect,
    )
    result = forms.CharField(
        label="結果", max_length=200, required=False, help_text="例：了承、異議なし、修正のうえ了承"
    )
    opinion = forms.CharField(
        label="意見", required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 6})
    )

    @property
    def said(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS}


class RecordForm(StepRecordForm):
    """A new record: of which step, and of which version."""

    kind = forms.ModelChoiceField(
        label="手続",
        queryset=StepKind.objects.none(),
        empty_label="選んでください",
        error_messages={
            "required": "手続を選んでください。",
            "invalid_choice": "手続を、一覧から選んでください。",
        },
    )
    shown = forms.ChoiceField(
        label="示した版",
        required=False,
        help_text="その会議や相手に、どの内容を示したか。後で、そこから変わった箇所を見られます。",
        error_messages={"invalid_choice": "示した版を、一覧から選んでください。"},
    )
    field_order = ("kind", "shown")

    def __init__(self, amendment: Amendment, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial={"shown": recording.NOW, **(initial or {})})
        kinds = amendment.period.agency.step_kinds.filter(
            after_decision=amendment.is_decided, of_rating=False
        )
        self.fields["kind"].queryset = kinds  # type: ignore[attr-defined]
        snapshots = amendment.snapshots.order_by("-number").values_list("number", "taken_at")
        self.fields["shown"].choices = [  # type: ignore[attr-defined]
            (recording.NOW, "いまの内容"),
            *(
                (str(number), f"第{number}版（{written(timezone.localtime(taken).date())}）")
                for number, taken in snapshots
            ),
            ("", "版を示していない"),
        ]


class CorrectForm(StepRecordForm):
    """What a record says, to be corrected, and why."""

    why = why_field("訂正の理由")
    seen = SeenField()

    def __init__(self, step: ProcedureStep, data: Any = None) -> None:
        stored = {name: getattr(step, name) for name in FIELDS}
        super().__init__(data, initial=stored | {"seen": recording.fingerprint(step)})


class RemoveForm(PlainForm):
    """Why a record or a file goes."""

    is_printed = True

    why = why_field("取り消す理由")
    seen = SeenField()


class RemoveFileForm(PlainForm):
    is_printed = True
    why = why_field("外す理由")


class AttachForm(forms.Form):
    """A file of a step. Cleans to `name`, `suffix` and `content` in `kept`."""

    file = forms.FileField(
        label="ファイル",
        widget=forms.FileInput(attrs={"accept": ",".join(f".{s}" for s in Attachment.TYPES)}),
        help_text="PDF、Word（docx）、Excel（xlsx）、PowerPoint（pptx）、テキスト、CSV、PNG、JPEG。20 MBまで",
        error_messages={
            "required": "ファイルを選んでください。",
            "empty": "選んだファイルは空です。",
            "max_length": "ファイル名は200文字までにしてください。",
        },
        max_length=200,
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        size = file.size or 0
        if size > LARGEST_FILE:
            raise ValidationError(
                f"ファイルが大きすぎます（{size / MEGABYTE:.1f} MB）。20 MBまでのファイルを選んでください。"
            )
        suffix, content = suffix_of(file.name or ""), file.read()
        if not is_of_its_kind(suffix, content):
            raise ValidationError(
                f"「{file.name}」は登録できません。中身が拡張子（.{suffix or 'なし'}）と合わないか、"
                "登録できない形式です。マクロの入った文書も登録できません。"
            )
        self.kept = {"name": file.name, "suffix": suffix, "content": content}
        return file
