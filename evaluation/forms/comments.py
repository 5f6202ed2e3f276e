"""Forms of comments."""

from django import forms

from evaluation.forms.texts import WritingField


class CommentForm(forms.Form):
    """What somebody says of a clause."""

    text = WritingField(
        label="コメント",
        rows=4,
        error_messages={"required": "コメントを入力してください。"},
    )


class AnswerForm(forms.Form):
    """What somebody answers."""

    text = WritingField(
        label="返信", rows=3, error_messages={"required": "返信を入力してください。"}
    )
