"""Workbooks of values: a table that a person fills in a spreadsheet, read strictly and written back.

Pure: no Django, no database. What a row means is for `evaluation.importing` to say.
"""
