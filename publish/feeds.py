"""Atom (RFC 4287) and JSON Feed 1.1 from the same entries; their ids are URNs of UUIDs (RFC 9562) that never change."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

ATOM = "http://www.w3.org/2005/Atom"
ATOM_TYPE = "application/atom+xml"
JSON_FEED_TYPE = "application/feed+json"
_NAMES = UUID("5f0d3f1e-6a0b-4c86-9d3c-3f1f6f3f7c11")
"""Made once at random, as the space of our names: the same change keeps its id wherever it is served."""
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEVER = "1970-01-01T00:00:00+00:00"

register_namespace("", ATOM)


@dataclass(frozen=True)
class Entry:
    """One change. `name` is unique and lasting; `dated` is a UTC moment, or a day, month or year (its beginning)."""

    name: str
    title: str
    url: str
    dated: str
    text: str


@dataclass(frozen=True)
class Feed:
    """A feed with its entries, newest first."""

    name: str
    title: str
    page: str
    """Address of the page with the same content."""
    address: str
    """Address of the feed itself."""
    entries: Sequence[Entry]


def lasting_id(topic: str, name: str) -> str:
    """The id of a feed or entry: a UUID of version 5, which follows from the names alone."""
    return uuid5(_NAMES, f"{topic}/{name}").urn


def atom(feed: Feed, topic: str) -> str:
    """The feed as Atom."""
    root = Element(f"{{{ATOM}}}feed")
    _add(root, "id", lasting_id(topic, feed.name))
    _add(root, "title", feed.title)
    _add(root, "updated", _moment(max((entry.dated for entry in feed.entries), default=_NEVER)))
    _add(SubElement(root, f"{{{ATOM}}}author"), "name", "Evidence Tracker")
    SubElement(root, f"{{{ATOM}}}link", rel="self", type=ATOM_TYPE, href=feed.address)
    SubElement(root, f"{{{ATOM}}}link", rel="alternate", type="text/html", href=feed.page)
    for entry in feed.entries:
        one = SubElement(root, f"{{{ATOM}}}entry")
        _add(one, "id", lasting_id(topic, entry.name))
        _add(one, "title", entry.title)
        _add(one, "updated", _moment(entry.dated))
        SubElement(one, f"{{{ATOM}}}link", rel="alternate", type="text/html", href=entry.url)
        _add(one, "content", entry.text).set("type", "text")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def json_feed(feed: Feed, topic: str) -> dict[str, Any]:
    """The feed as JSON Feed."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.address,
        "items": [
            {
                "id": lasting_id(topic, entry.name), "url": entry.url, "title": entry.title, "content_text": entry.text,
                "date_published": _moment(entry.dated),
            }
            for entry in feed.entries
        ],
    }  # fmt: skip


def _add(parent: Element, name: str, text: str) -> Element:
    element = SubElement(parent, f"{{{ATOM}}}{name}")
    element.text = _NOT_IN_XML.sub("\ufffd", text)
    return element


def _moment(dated: str) -> str:
    if len(dated) > len("2026-12-01"):
        return dated
    return f"{dated}{'-01-01'[len(dated) - 4 :]}T00:00:00+00:00"
