"""Search over current, past and drafted text, reasons, policy texts and programmes.

`found` asks the database which of them hold all the words, `results` reads a page of them. Words are
looked for in the folded columns (`jst_objectives.folded`) by a plain scan, so that a word of two
characters, or of one, is found on both databases. What its reader may not see is not looked at.
"""

from evaluation.searching.asking import Search, found, visible_wordings
from evaluation.searching.numbers import numbered
from evaluation.searching.reading import Result, Version, results

__all__ = ["Result", "Search", "Version", "found", "numbered", "results", "visible_wordings"]
