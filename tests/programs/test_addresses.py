"""Codes that no agency may have."""

import pytest
from django.core.exceptions import ValidationError

from programs.addresses import check_code, reserved_codes


def test_the_first_parts_of_all_addresses_are_reserved():
    assert reserved_codes() >= {
        "account",
        "accounts",
        "documents",
        "history",
        "maintenance",
        "programmes",
        "static",
        "verification",
    }


def test_codes_of_agencies_are_not():
    for code in ("jst", "account-2", "m"):
        check_code(code)
    with pytest.raises(ValidationError, match="アドレスに使われています"):
        check_code("History")
