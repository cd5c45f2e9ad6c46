"""Empty pages keep nobody out, as axe-core sees it; `test_every_page` looks at the full ones."""

import pytest

from tests import axe
from tests.browsing import a_browser
from tests.console import accessible
from tests.console.conftest import visiting
from tests.console.crawl import crawl

pytestmark = accessible.needed


@pytest.fixture(scope="module")
def browser():
    with a_browser() as chromium:
        yield chromium


def test_empty_pages_keep_nobody_out(browser, fresh_endpoint):
    with visiting(fresh_endpoint.env) as visitor:
        seen = crawl(visitor)
        assert accessible.faults(browser, visitor, seen) == []
    assert len(seen.read) >= 12


def test_what_keeps_somebody_out_is_found(browser):
    page = browser.new_page()
    page.set_content("<html lang=en><title>A</title><main><h1>A</h1><input></main>")
    assert any(one.startswith("critical label") for one in axe.findings(page, axe.RULES))
