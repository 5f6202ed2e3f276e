"""Fixtures of the browser tests."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext

from tests.evaluation.views.browsing import Portal


@pytest.fixture
def portal(
    transactional_db: None, live_server, new_context: Callable[..., BrowserContext]
) -> Iterator[Portal]:
    """The portal with the source document; what a browser complains of fails the test."""
    portal = Portal(live_server.url, new_context)
    yield portal
    assert portal.complaints == []
