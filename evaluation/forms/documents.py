"""Forms. Errors name the place and the expected form."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

MEGABYTE = 1024 * 1024
LARGEST_PDF = 20  # MB; the real table has 0.2 MB, one of 5,000 changes about 3 MB


class VerifyForm(forms.Form):
    file = forms.FileField(
        label="検証するPDF",
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
        help_text=f"このポータルで発行した新旧対照表、資料、調書、総括表、評価書のPDF（{LARGEST_PDF} MBまで）",
        error_messages={
            "required": "検証するPDFファイルを選んでください。",
            "empty": "選んだファイルは空です。発行されたPDFファイルを選んでください。",
        },
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        size = file.size or 0
        if size > LARGEST_PDF * MEGABYTE:
            raise ValidationError(
                f"ファイルが大きすぎます（{size / MEGABYTE:.1f} MB）。{LARGEST_PDF} MBまでのPDFを選んでください。"
            )
        if file.read(5) != b"%PDF-":
            raise ValidationError(
                f"「{file.name}」はPDFではありません。発行されたPDFファイルを選んでください。"
            )
        file.seek(0)
        return file
