"""The real amendment's comparison table as the HTML that is printed."""

import tempfile

from tests.benchmarks.children import python, run

CODE = """
import sys, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("load_source", verbosity=0)
from evaluation.documents.comparison import comparison_html, comparison_table
from evaluation.models import Amendment
table = comparison_table(Amendment.objects.get(slug="2026-01-28"))
open(sys.argv[1], "w", encoding="utf-8").write(comparison_html(table, document_id="2026-01-28-1"))
"""


def html() -> str:
    """Load the source document into a database of its own and return the table's printed HTML."""
    with tempfile.TemporaryDirectory() as folder:
        page = f"{folder}/table.html"
        run(python(CODE, page), environment={"PORTAL_DATA": folder})
        with open(page, encoding="utf-8") as file:
            return file.read()
