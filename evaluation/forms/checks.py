"""Waiving a finding, and handing over an outside document for 照合."""

from typing import Any

from django import forms

from evaluation.checking.outside import read_file, read_pasted
from evaluation.checking.reading import Passage
from evaluation.checking.word import LARGEST_FILE, MEGABYTE, NotReadable
from evaluation.forms.plain import PlainForm
from evaluation.forms.texts import WritingField
from evaluation.models.waivers import NO_REASON

LONGEST_REASON = 500
NOTHING = "照合するファイルを選ぶか、文章を貼り付けてください。"
BOTH = "ファイルと文章の、どちらか一つにしてください。"


class WaiverForm(PlainForm):
    reason = WritingField(
        rows=2,
        label="そのままでよい理由",
        max_length=LONGEST_REASON,
        help_text="理由は、確認した人と日時とともに残ります。",
        error_messages={"required": NO_REASON},
    )


class ReconciliationForm(forms.Form):
    """A .docx or text file, or a pasted text; `passages` after `is_valid`. Nothing is stored."""

    file = forms.FileField(
        label="資料のファイル",
        required=False,
        help_text=f"Wordの文書（.docx）かテキスト。{LARGEST_FILE // MEGABYTE}\u00a0MBまで。",
        error_messages={"empty": "選んだファイルは空です。"},
    )
    text = forms.CharField(
        label="または、資料の文章",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="1行を1段落として読みます。表は、セルをタブで区切ったまま貼り付けられます。",
    )
    passages: tuple[Passage, ...] = ()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        file, text = cleaned.get("file"), cleaned.get("text", "")
        if bool(file) == bool(text.strip()):
            self.add_error("file", BOTH if file else NOTHING)
            return cleaned
        if file and file.size > LARGEST_FILE:
            self.add_error("file", f"{LARGEST_FILE // MEGABYTE} MBまでのファイルを選んでください。")
            return cleaned
        try:
            self.passages = read_file(file.read()) if file else read_pasted(text)
        except NotReadable as reason:
            self.add_error("file" if file else "text", str(reason))
        return cleaned
