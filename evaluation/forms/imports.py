"""The forms of a workbook of values: which years, and which file."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from evaluation.forms.measures import CHOOSE
from evaluation.valuing import year_name
from evaluation.workbook.reading import LARGEST_FILE, MEGABYTE


class YearsForm(forms.Form):
    """Which fiscal years a template holds; all of them where none is chosen."""

    years = forms.MultipleChoiceField(
        label="年度",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="選ばなければ、すべての年度です。",
        error_messages={"invalid_choice": f"年度は、{CHOOSE}"},
    )

    def __init__(self, years: Iterable[int], data: Any = None) -> None:
        super().__init__(data)
        self.every = list(years)
        choices = [(str(year), year_name(year)) for year in self.every]
        self.fields["years"].choices = choices  # type: ignore[attr-defined]

    def clean_years(self) -> list[int]:
        return sorted(map(int, self.cleaned_data["years"])) or self.every


class WorkbookForm(forms.Form):
    """A filled workbook, or CSV of it. Cleans to the name and content in `kept`."""

    file = forms.FileField(
        label="入力したファイル",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        help_text=f"Excel（.xlsx）か、Excelで保存したCSV。{LARGEST_FILE // MEGABYTE} MBまで",
        max_length=200,
        error_messages={
            "required": "ファイルを選んでください。",
            "empty": "選んだファイルは空です。",
            "max_length": "ファイル名は200文字までにしてください。",
        },
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        size = file.size or 0
        if size > LARGEST_FILE:
            raise ValidationError(
                f"ファイルが大きすぎます（{size / MEGABYTE:.1f} MB）。{LARGEST_FILE // MEGABYTE} MBまでです。"
            )
        self.kept = (file.name or "", file.read())
        return file
