"""What a page shows to those who read it, for the tests of pages."""

import lxml.html
from datasette.app import Datasette


async def parsed(datasette: Datasette, path: str) -> lxml.html.HtmlElement:
    """The page at `path`, which must answer 200."""
    answer = await datasette.client.get(path)
    assert answer.status_code == 200, answer.text[:500]
    return lxml.html.fromstring(answer.text)


def words(element: lxml.html.HtmlElement) -> str:
    """The text in an element, every run of white space as one space."""
    return " ".join(element.text_content().split())
