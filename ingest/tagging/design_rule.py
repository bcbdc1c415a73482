"""What a rule on the design of a study is made of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DesignRule:
    """Words for a design, how sure they make it by place, and words that contain them and mean something else."""

    design: str
    name: str
    pattern: str
    title: float
    body: float
    results: float = 0.0
    end: float = 0.0
    background: float = 0.0
    guard: str = ""
    repeated: float = 0.0
    """How sure when its words come more than once, where once makes it less sure."""
    unless: str = ""
    """A signal (`SIGNALS`) that silences the rule: a text with results is no protocol, whatever it says it will do."""
