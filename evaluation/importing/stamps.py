"""The key of a row: its measure, and the revision of each year's value when it was downloaded.

Signed, so that a key that was typed over, or is another period's, is known.
"""

import re
from collections.abc import Mapping

from django.utils.crypto import constant_time_compare, salted_hmac

from evaluation.figures import years_of
from evaluation.models import ObjectivePeriod

SALT = "evaluation.importing.stamps"
DIGITS = 12  # of the signature: against mistakes
FORM = re.compile(r"k([0-9]{1,18})((?:\.[0-9]{1,9})+)-([0-9a-f]{12})")


def stamp(period: ObjectivePeriod, measure_id: int, revisions: Mapping[int, int]) -> str:
    """Return the key of a measure; `revisions` by fiscal year, none of what is empty."""
    seen = "".join(f".{revisions.get(year, 0)}" for year in years_of(period))
    body = f"k{measure_id}{seen}"
    return f"{body}-{_signature(period, body)}"


def read_stamp(period: ObjectivePeriod, key: str) -> tuple[int, dict[int, int]] | None:
    """Return the measure and the revisions of a key by fiscal year; None for no key of this period."""
    match = FORM.fullmatch(key.strip())
    if match is None:
        return None
    body = key.strip().rpartition("-")[0]
    if not constant_time_compare(match[3], _signature(period, body)):
        return None
    revisions = [int(part) for part in match[2].split(".")[1:]]
    years = years_of(period)
    if len(revisions) != len(years):
        return None
    return int(match[1]), dict(zip(years, revisions, strict=True))


def _signature(period: ObjectivePeriod, body: str) -> str:
    return salted_hmac(SALT, f"{period.pk}:{body}").hexdigest()[:DIGITS]
