"""The comparison engine: pure Python, no Django. Old and new text in, rows of a table out."""

# Recorded with every snapshot; raise it whenever rows or marks of the same texts may differ.
ENGINE_VERSION = "2"
