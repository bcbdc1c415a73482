"""The PubMed search of a topic: named blocks of alternatives, and how they combine."""

import re

from pydantic import Field, model_validator

from topics.base import PlacedError, Text, TopicModel, Value

SEARCH_FIELDS = (
    "ab", "la", "majr", "mh", "mh:noexp", "nm", "ot", "pt", "pa", "rn", "sb", "sh", "si", "ta", "ti", "tiab", "tw",
)  # fmt: skip
"""PubMed field tags a search term may carry (PubMed help, "Search field tags"), without author and date tags."""

_SEARCH_TERM = re.compile(r'(?P<words>"[^"\[\]()]+"|[^\s"\[\]()]+)\[(?P<field>[a-z:]+)\]')
_EXPRESSION_TOKEN = re.compile(r"[()]|[A-Za-z_][A-Za-z0-9_]*|\S")


class SearchBlock(TopicModel):
    """One concept of the search: alternatives joined by OR, and why it is there."""

    name: Value
    reason: Text
    terms: list[Text] = Field(min_length=1)

    @model_validator(mode="after")
    def _every_term_is_tagged(self) -> "SearchBlock":
        for position, term in enumerate(self.terms):
            match = _SEARCH_TERM.fullmatch(term)
            if not match:
                raise PlacedError(
                    ("terms", position),
                    f"""'{term}': expected one word or one "quoted phrase" with its field, such as ketamine[tiab]""",
                )
            if match["field"] not in SEARCH_FIELDS:
                raise PlacedError(
                    ("terms", position),
                    f"'[{match['field']}]' is not a field of PubMed known here; expected one of:"
                    f" {', '.join(SEARCH_FIELDS)}",
                )
        return self

    def query(self) -> str:
        """Write the block in PubMed's syntax, in parentheses."""
        return f"({' OR '.join(self.terms)})"


class Search(TopicModel):
    """The PubMed search: named blocks, and how they combine."""

    expression: Text
    """Block names with AND, OR, NOT and parentheses: `drug AND (condition OR kinetics) NOT (animals NOT humans)`."""
    blocks: list[SearchBlock] = Field(min_length=1)

    @model_validator(mode="after")
    def _expression_uses_every_block(self) -> "Search":
        names = [block.name for block in self.blocks]
        for position, name in enumerate(names):
            if name in names[:position]:
                raise PlacedError(("blocks", position, "name"), f"'{name}' names two blocks; expected one")
        tokens = _EXPRESSION_TOKEN.findall(self.expression)
        for token in tokens:
            if token not in ("(", ")", "AND", "OR", "NOT", *names):
                raise PlacedError(
                    ("expression",),
                    f"'{token}' is not a block; expected AND, OR, NOT, parentheses and: {', '.join(names)}",
                )
        if unused := [name for name in names if name not in tokens]:
            raise PlacedError(("expression",), f"never uses {', '.join(unused)}; expected every block")
        if not _is_well_formed(tokens):
            raise PlacedError(("expression",), "expected blocks joined by AND, OR or NOT, parentheses in pairs")
        return self

    def query(self) -> str:
        """Write the whole search in PubMed's syntax: each block's name replaced by its terms."""
        block_query = {block.name: block.query() for block in self.blocks}
        query = " ".join(block_query.get(token, token) for token in _EXPRESSION_TOKEN.findall(self.expression))
        return query.replace("( ", "(").replace(" )", ")")


def _is_well_formed(tokens: list[str]) -> bool:
    """Check that operands and operators alternate and that every parenthesis has its partner."""
    depth, operand_next = 0, True
    for part in tokens:
        if part in ("AND", "OR", "NOT"):
            if operand_next:
                return False
            operand_next = True
        elif part == ")":
            depth -= 1
            if operand_next or depth < 0:
                return False
        elif not operand_next:
            return False
        elif part == "(":
            depth += 1
        else:
            operand_next = False
    return depth == 0 and not operand_next
