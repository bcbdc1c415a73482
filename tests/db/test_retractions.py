"""Titles that say that a paper is retracted."""

import pytest

from records.retractions import is_marked_in_title


@pytest.mark.parametrize(
    "title",
    [
        "WITHDRAWN: Ketamine for sleep", "Withdrawn: Ketamine for sleep", "RETRACTED: Ketamine for sleep",
        "Retracted: Ketamine for sleep", "RETRACTED : Ketamine for sleep", "Retracted Article: Ketamine for sleep",
        "RETRACTED ARTICLE: Ketamine for sleep", "retracted paper: ketamine for sleep", "REMOVED: Ketamine for sleep",
        "TEMPORARY REMOVAL: Ketamine for sleep", "[Retracted] Ketamine for sleep",
        "[RETRACTED ARTICLE] Ketamine for sleep", "[Retracted]: Ketamine for sleep", "(Withdrawn) Ketamine for sleep",
        "[Withdrawn: Ketamine for sleep].", "\u201cRETRACTED: Ketamine for sleep\u201d",
        "RETRACTED ARTICLE - Ketamine for sleep", "WITHDRAWN \u2013 Ketamine for sleep",
        "WITHDRAWN- Ketamine for sleep", "WITHDRAWN.", "[Retracted article].",
    ],
)  # fmt: skip
def test_a_mark_at_the_beginning_is_one(title):
    assert is_marked_in_title(title)


@pytest.mark.parametrize(
    "title",
    [
        "Ketamine for sleep", "", "Retraction: Ketamine for sleep", "RETRACTION NOTICE to Ketamine for sleep",
        "Notice of retraction: Ketamine for sleep", "Withdrawal: Ketamine for sleep", "Removal of stones: ketamine",
        "Partial retraction.", "Withdrawn patients: ketamine for sleep", "Removed teeth and ketamine: a trial",
        "Retracted eyelids: surgery under ketamine", "WITHDRAWN PATIENTS: A TRIAL", "REMOVED-tooth pain and ketamine",
        "Retracted and republished: Ketamine for sleep", "Ketamine for sleep: WITHDRAWN", "Studies retracted: a review",
    ],
)  # fmt: skip
def test_other_titles_have_none(title):
    assert not is_marked_in_title(title)
