"""Write the generated parts of metadata.yml (what columns of facets mean) and docs/reference.md (help texts, tables).

Run it after changing `topics/vocabulary.py`, `metadata.yml` or the command line: `python docs/generate.py`. A test
fails when a file is behind.
"""

import json
import re
import sys
from pathlib import Path

import yaml
from click import Context

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from evidence import main  # noqa: E402  (the command line itself, read, not run)
from topics.vocabulary import COLUMNS, OPTIONAL_IN_REGISTER  # noqa: E402


def commands() -> str:
    """Help of every command, as it prints."""
    # Below its group a command takes the group's names of the help option, and click keeps what it took first.
    group = Context(main, info_name="evidence", **main.context_settings)
    parts = []
    for name, command in sorted(main.commands.items()):
        context = Context(command, parent=group, info_name=name, max_content_width=100, terminal_width=100)
        parts.append(f"### evidence {name}\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def tables() -> str:
    """Every table with its description and columns."""
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8"))
    parts = []
    for name, table in metadata["databases"]["evidence"]["tables"].items():
        if not table.get("hidden"):
            columns = ", ".join(f"`{column}`" for column in table.get("columns", {}))
            parts.append(f"- **{name}**: {' '.join(table['description'].split())}  \n  {columns}\n")
    return "".join(parts)


def described(metadata: str) -> str:
    """metadata.yml with the columns of facets described as the vocabulary has them."""
    for marker, facets in (("facets", COLUMNS.values()), ("optional facets", OPTIONAL_IN_REGISTER)):
        lines = "".join(
            f"          {facet.column}: {json.dumps(facet.description, ensure_ascii=False)}\n" for facet in facets
        )
        pattern = re.compile(rf"( +# {marker}, written by [^\n]*\n).*?( +# end of facets\n)", re.DOTALL)
        metadata = pattern.sub(lambda match, lines=lines: f"{match[1]}{lines}{match[2]}", metadata)
    return metadata


def rendered(reference: str) -> str:
    """docs/reference.md with its generated parts made anew."""
    for marker, text in (("commands", commands()), ("tables", tables())):
        pattern = re.compile(rf"(<!-- {marker} -->\n).*?(<!-- end -->)", re.DOTALL)
        reference = pattern.sub(lambda match, text=text: f"{match[1]}{text}{match[2]}", reference)
    return reference


if __name__ == "__main__":
    for name, make in (("metadata.yml", described), ("docs/reference.md", rendered)):
        path = ROOT / name
        path.write_text(make(path.read_text(encoding="utf-8")), encoding="utf-8")
