"""A new topic to fill in: three files that are valid as they are, each key with what it is for."""

import re
from pathlib import Path

from topics.errors import BadInputError
from topics.register_rows import COLUMNS

_TOPIC = """\
# A topic: what is searched, what the words mean, what counts. docs/topics.md explains every key.
# Everything below is an example that loads as it is; replace it by your own subject, then run
#   evidence build --topic {folder} --data DIR
name: {name}                      # the name of this folder
title: {title}
question: Which question do the studies of this topic answer?

article:
  title: Title of the article whose claims are tested
  about: What the article is, in a sentence.
  # url: where it can be read, if anywhere
  written:                        # the same date twice if it is known; a range if it is not
    earliest: 2020
    latest: 2021
    basis: How the dates are known.
  sections: [Introduction]        # its headings, so that every claim can say where it stands

search:
  # Block names with AND, OR, NOT and parentheses. PubMed must know every term: one that it drops is an error.
  expression: intervention AND condition NOT (animals NOT humans)
  blocks:
    - name: intervention
      reason: Why these terms, for whoever has to change them.
      terms:
        - aspirin[mh]
        - aspirin*[tiab]
    - name: condition
      reason: Every term carries its field; a phrase stands in double quotes inside single ones.
      terms:
        - headache[mh]
        - headache*[tiab]
        - '"tension headache"[tiab]'
    - name: animals
      reason: Taken away only where no people are indexed as well.
      terms: ["animals[mh]"]
    - name: humans
      reason: Keeps what is about people and animals, and what is not indexed yet.
      terms: ["humans[mh]"]

vocabulary:
  interventions:
    - value: aspirin              # as it stands in the tables
      label: Aspirin              # as people read it
      terms: [aspirin, acetylsalicylic acid]   # as it stands in titles and abstracts, lower case
      mesh: [D001241]             # MeSH unique identifiers
  conditions:
    - value: headache
      label: Headache, any kind
      terms: [headache, headaches]
      mesh: [D006261]
    - value: tension_headache
      label: Tension-type headache
      terms: [tension headache, tension-type headache]
      broader: [headache]         # a study of this counts as one of that
  # routes:                       # only if something is given in a way that the common routes do not cover

on_topic:
  interventions: [aspirin]
  excluded_species: [animal]
  any_of:                         # one of these grounds is enough
    - reason: The article is about headache.
      conditions: [headache]
"""

_CLAIMS = """\
# The article's claims, in your own words, each split into assertions. docs/topics.md explains every kind of test.
filters:
  people_with_headache:
    conditions: [headache]
    species: [human, human_and_animal]

claims:
  - id: one-trial
    section: Introduction
    text: There is one randomized trial of aspirin for headache.
    assertions:
      - id: trials
        text: One randomized trial of aspirin for headache has been published.
        kind: count
        filter: {{like: people_with_headache, interventions: [aspirin], designs: [randomized_controlled_trial]}}
        expected: {{exactly: 1}}
  - id: feels-better
    section: Introduction
    text: People feel better soon.
    assertions:
      - id: soon
        text: People feel better soon.
        kind: not_testable
        reason: Say why no search of studies can settle it.
"""


def new_topic(name: str, parent: Path) -> Path:
    """Make the folder `parent`/`name` with a topic that loads, and return it.

    Raises:
        BadInputError: the name cannot be a topic's, or the folder exists; nothing was written.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", name):
        raise BadInputError(
            f"{name}: cannot be the name of a topic; expected lower-case letters, digits and hyphens, 60 at most"
        )
    folder = parent / name
    if folder.exists():
        raise BadInputError(f"{folder}: exists already; choose another name, or edit what is there")
    title = name.replace("-", " ").capitalize()
    try:
        folder.mkdir(parents=True)
        for file, text in (
            ("topic.yml", _TOPIC.format(name=name, title=title, folder=folder)),
            ("claims.yml", _CLAIMS.format()),
            ("register.csv", ",".join(COLUMNS) + "\n"),
        ):
            (folder / file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInputError(f"{folder}: cannot be written ({error.strerror})") from None
    return folder
