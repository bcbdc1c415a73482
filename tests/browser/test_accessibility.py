"""axe-core finds nothing to object to on any page, light and dark, wide and narrow."""

import json

import pytest

from helpers.browsing import MISSING, PAGES, opened

EVERY = PAGES | MISSING
RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map(
  (found) => [found.id, found.nodes.length, found.nodes.slice(0, 3).map((node) => node.html.slice(0, 160))])"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", EVERY.values(), ids=EVERY.keys())
def test_no_rule_of_axe_core_is_broken(chromium, site, axe, path, scheme):
    width = 1280 if scheme == "light" else 360
    with opened(chromium, site + path, width, scheme, status=404 if path in MISSING.values() else 200) as (page, _):
        page.evaluate(axe)
        violations = page.evaluate(RUN)
        assert violations == [], json.dumps(violations, indent=1, ensure_ascii=False)
