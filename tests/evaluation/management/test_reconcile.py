"""`manage.py reconcile`."""

import io

import pytest
from django.core.management import CommandError, call_command

from evaluation import amending
from tests.factories import make_baseline, make_draft, make_period

LINE = (
    "1行目\t文言が違う\t本文 1. 共用の推進の本文「設備の共用を大いに進める。」"
    "\t設備の<u>共有</u>を大いに進める。\t設備の<u>共用</u>を大いに進める。\t"
)
pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    period = make_period("agency", 5)
    _, (_, item) = make_baseline(period, items=1)
    draft = make_draft(period)
    amending.reword(draft, item, "共用の推進", by=None)
    amending.insert(draft, "body", parent=item, text="設備の共用を大いに進める。", by=None)
    return draft


def reconciled(draft, file):
    out = io.StringIO()
    call_command("reconcile", "agency", "5", draft.slug, str(file), stdout=out)
    return out.getvalue().splitlines()


def test_each_disagreement_is_one_line(draft, tmp_path):
    file = tmp_path / "paper.txt"
    file.write_text("設備の共有を大いに進める。", encoding="utf-8")
    assert reconciled(draft, file) == [
        LINE,
        "食い違い 1　照合 1か所",
    ]


def test_what_cannot_be_read_says_why(draft, tmp_path):
    file = tmp_path / "paper.pdf"
    with pytest.raises(CommandError, match="を読めません"):
        reconciled(draft, file)
    file.write_bytes(b"%PDF-")
    with pytest.raises(CommandError, match="PDFは読めません。"):
        reconciled(draft, file)
    file.write_bytes(b"0" * (10 * 1024 * 1024 + 1))
    with pytest.raises(CommandError, match="大きすぎます"):
        reconciled(draft, file)
    with pytest.raises(CommandError, match="ありません。登録されている変更"):
        call_command("reconcile", "agency", "5", "none", str(file))
