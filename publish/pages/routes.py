"""Every page of our own: (pattern, view), asked in this order and before Datasette's pages."""

from itertools import chain
from typing import Any

from publish.pages import article, changes, cite, claim, export, home, machines, methods, search, study
from publish.pages import map as evidence_map

ROUTES: list[tuple[str, Any]] = list(
    chain(
        home.ROUTES,
        claim.ROUTES,
        changes.ROUTES,
        article.ROUTES,
        study.ROUTES,
        evidence_map.ROUTES,
        methods.ROUTES,
        machines.ROUTES,
        search.ROUTES,
        cite.routes(),
        export.ROUTES,
    )
)
"""A module of pages exposes `ROUTES`; patterns end in `page.JSON` so that every page has its `.json`."""
