"""The real amendment's comparison table as the HTML that is printed."""


def html() -> str:
    # TODO(lead): `comparison_html` of the loaded amendment; until it is loaded, as many rows.
    from tests.benchmarks.pdf import our_html

    return our_html(37)
