"""Measure everything and write `docs/performance.md`: `make bench`, or `python -m bench [--full] [STEP ...]`.

Steps: read, tag, end, where, build, serve, bulk, sync write the doc; citations, faults and year write their own.
Without names all of the first are done. `--full` builds of 200,000 records, too, and takes an hour.
"""

import sys
import tempfile
from importlib import import_module
from pathlib import Path

from bench.made_records import write_file

DOC = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
RECORDS = 30_000
ROUNDS = 3
OWN = ("read", "tag", "end", "where", "build", "serve", "bulk", "sync")
OTHERS = ("citations", "faults", "year")


def step(name: str, folder: Path, full: bool) -> list[str]:
    """Lines of one part of the doc."""
    big, small = folder / "baseline.xml.gz", folder / "small.xml.gz"
    if not big.exists():
        write_file(big, RECORDS)
        write_file(small, 2_000)
    if name == "read":
        from bench.read import table

        return table(big, small, RECORDS, ROUNDS)
    if name == "tag":
        from bench.tag import lines as tag_lines

        return tag_lines()
    if name == "serve":
        from bench.pages import lines as page_lines

        return page_lines(40_000)
    if name == "end":
        from bench.end_to_end import lines as end_lines

        return end_lines(big, folder, ROUNDS)
    if name == "where":
        from bench.where import lines as shares

        return shares()
    if name == "build":
        from bench.building import table as build_table

        return build_table(folder, [10_000, 40_000, 200_000] if full else [10_000, 40_000])
    if name == "bulk":
        from bench.scanning import lines as scan_lines

        return scan_lines(big, folder, ROUNDS, copies=24)
    from bench.syncing import lines as sync_lines

    return sync_lines(8_000)


def write(name: str, lines: list[str]) -> None:
    """Put lines between the marks of their part of the doc."""
    from bench.measure import machine

    text = DOC.read_text(encoding="utf-8")
    for part, content in ((name, "\n".join(lines)), ("machine", machine())):
        begin, end = f"<!-- bench {part} -->", f"<!-- end {part} -->"
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n{content}\n{end}{rest.partition(end)[2]}"
    DOC.write_text(text, encoding="utf-8")


def main() -> None:
    """Do the steps named, or all that make up the doc."""
    arguments = sys.argv[1:]
    full = "--full" in arguments
    names = [name for name in arguments if not name.startswith("-")] or list(OWN)
    unknown = set(names) - {*OWN, *OTHERS}
    if unknown:
        sys.exit(f"no such step: {', '.join(sorted(unknown))}; there are {', '.join((*OWN, *OTHERS))}")
    failed: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            if name in OTHERS:
                sys.argv = [name]
                import_module(f"bench.{name}").main()
                continue
            try:
                lines = step(name, Path(folder), full)
            except RuntimeError as error:  # the other steps can still be done
                failed.append(f"{name}: {error}")
                continue
            print(f"{name}\n" + "\n".join(lines), file=sys.stderr)  # noqa: T201
            write(name, lines)
    if failed:
        sys.exit("\n".join(failed))


if __name__ == "__main__":
    main()
