"""The real amendment's documents as the HTML that is printed."""

import json
import tempfile

from tests.benchmarks.children import python, run

CODE = """
import sys, json, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("load_source", verbosity=0)
from evaluation.documents.comparison import comparison_html, comparison_table
from evaluation.documents.dossier import parts_of
from evaluation.documents.issuing import current_content, unissued
from evaluation.models import Amendment
draft = Amendment.objects.get(slug="2026-01-28")
content = current_content(draft)
made = {
    "table": [comparison_html(comparison_table(draft), document_id="2026-01-28-1")],
    "dossier": parts_of(content, "dossier", unissued(draft.slug, content)),
}
json.dump(made, open(sys.argv[1], "w", encoding="utf-8"))
"""


def html() -> dict[str, list[str]]:
    """Load the source document into a database of its own; return the printed HTML of its table and
    of the parts of its dossier."""
    with tempfile.TemporaryDirectory() as folder:
        made = f"{folder}/made.json"
        run(python(CODE, made), environment={"PORTAL_DATA": folder})
        with open(made, encoding="utf-8") as file:
            found: dict[str, list[str]] = json.load(file)
            return found
