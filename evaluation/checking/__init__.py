"""Consistency (整合性): what contradicts itself in an amendment, and what in an outside document contradicts
the amendment. Pure functions on frozen data; `evaluation.consistency` reads that data from the database.
"""
