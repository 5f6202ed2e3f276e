"""Values by workbook: the template, what a filled one would change, and storing it, all or nothing.

A file is kept as a `ValueImport`, compared into `ImportedCell`s, and stored by `valuing.record_many` once
its person confirms. Each row's key tells what stood when the template was downloaded: what somebody
changed since is a conflict, and never overwritten unasked.
"""
