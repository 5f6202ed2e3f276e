"""What the page of the comparison table costs, from the texts to HTML."""

import sys

from tests.benchmarks.children import Cost, python, run

CODE = """
import django
django.setup()
from tests.benchmarks.table_page import main
main()
"""


def page(count: int) -> Cost:
    """Return the cost of one process that answers the page of `count` changed clauses."""
    return run(python(CODE, str(count)))


def main() -> None:
    # TODO(lead): build a period with this many changed clauses and ask Django's test client for the
    # page; until the view exists, the page's partial is rendered.
    from django.template.loader import render_to_string

    from tests.benchmarks.rows import table

    content = table(int(sys.argv[1]))
    sys.stdout.write(render_to_string("evaluation/_comparison_table.html", {"table": content}))
