"""Grading: the only writer of profiles, inputs, plans, ratings, remedies and the steps of an evaluation.

Every verb takes the user (`by`), writes with history in one transaction under the period's lock, and
refuses with a `ValidationError` in Japanese. `seen` is what the user saw: raises `Stale` where somebody
was faster. Who may do what is checked in `evaluation.permissions`, before. What is asked of a grade is
said in `evaluation.grades`; what stands is read by way of `Gradebook`.
"""

from evaluation.amending import Stale
from evaluation.grading.facts import (
    InputCell,
    fingerprint_of_plans,
    fingerprint_of_profile,
    kept_plans,
    kept_years,
    record_inputs,
    save_plans,
    save_profile,
)
from evaluation.grading.gradebook import KINDS_IN_WORDS, Gradebook, kinds_due
from evaluation.grading.ratings import issue, pin, reopen, standing_on, write
from evaluation.grading.remedies import finish, point_out, report, rewrite, take_up_again
from evaluation.grading.steps import fingerprint_of_step, record_step, remove_step, steps_of

__all__ = [
    "KINDS_IN_WORDS",
    "Gradebook",
    "InputCell",
    "Stale",
    "fingerprint_of_plans",
    "fingerprint_of_profile",
    "fingerprint_of_step",
    "finish",
    "issue",
    "kept_plans",
    "kept_years",
    "kinds_due",
    "pin",
    "point_out",
    "record_inputs",
    "record_step",
    "remove_step",
    "reopen",
    "report",
    "rewrite",
    "save_plans",
    "save_profile",
    "standing_on",
    "steps_of",
    "take_up_again",
    "write",
]
