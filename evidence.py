"""The command `evidence`: options in, one call out, no logic."""

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass, replace
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from topics.errors import IncompleteRunError, said_of

if TYPE_CHECKING:
    from topics import Topic

METADATA = Path(__file__).resolve().parent / "metadata.yml"

_common = [
    click.option("--topic", help="Name of a bundled topic, or its folder. If not given: the one that the data "
                                 "folder belongs to; ketamine-routes in a new one."),
    click.option("--data", type=click.Path(file_okay=False, path_type=Path), default=Path("db"), show_default=True,
                 help="Folder of archive.db and evidence.db."),
    click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
    click.option("-v", "--verbose", is_flag=True, help="Show the traceback of an error."),
]  # fmt: skip
_address = [
    click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve on."),
    click.option("--port", default=8001, show_default=True, help="Port to serve on."),
]


@contextmanager
def _one_line_errors(verbose: bool) -> Iterator[None]:
    """Print an error as one line and leave with its exit code, which is never 1: that means that a verdict flipped."""
    try:
        yield
    except click.ClickException:
        raise
    except KeyboardInterrupt:
        sys.exit(130)  # as shells have it: 128 + SIGINT
    except BrokenPipeError:  # whoever read what is printed has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Python flushes once more at its end
        sys.exit(141)  # 128 + SIGPIPE
    except Exception as error:
        if verbose:
            traceback.print_exc()
        message, code = said_of(error)
        click.echo(f"Error: {message}", err=True)
        sys.exit(code)


def command(*extra: Callable[..., Any], **settings: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """A subcommand with the common options, and expected errors printed as one line with their exit code."""

    def decorate(function: Callable[..., Any]) -> click.Command:
        @wraps(function)
        def run(verbose: bool, **options: Any) -> None:
            from db.archive.topic import refuse_other_topic

            with _one_line_errors(verbose):
                refuse_other_topic(options["data"], options["topic"])
                function(**options)

        decorated: Callable[..., Any] = run
        for option in reversed([*extra, *_common]):
            decorated = option(decorated)
        return main.command(**settings)(decorated)

    return decorate


def _show(result: Any, as_json: bool, lines: Iterable[str]) -> None:
    if as_json:
        plain = asdict(result) if is_dataclass(result) and not isinstance(result, type) else result
        click.echo(json.dumps(plain, indent=2, default=str))
    else:
        for line in lines:
            click.echo(line)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="evidence-tracker")
def main() -> None:
    """Keep an article honest: pull PubMed records, tag them, test the article's claims, publish with Datasette."""


@command(*_address)
def up(topic: str | None, data: Path, as_json: bool, host: str, port: int) -> None:
    """Pull if NCBI_EMAIL is set, build, and serve. Running it again is cheap and safe."""
    from ingest.up import prepare

    prepared = prepare(data, _topic_of(data, topic), _progress())
    _show(prepared, as_json, prepared.lines())
    _serve(prepared.database, host, port)


@command(
    click.option("--dry-run", is_flag=True, help="Say what would be asked of PubMed, and ask nothing."),
    click.option("--max-requests", type=click.IntRange(min=1), help="End the run after so many requests."),
    click.option("--notify", default="", metavar="COMMAND-OR-URL", help="What to tell about changes and failures."),
    click.option("--accept-shrinking", is_flag=True, help="Believe a search that names far fewer records than before."),
    click.option("--log-json", is_flag=True, help="Log one JSON line an event to stderr."),
)
def sync(
    topic: str | None, data: Path, as_json: bool, dry_run: bool, max_requests: int | None, notify: str,
    accept_shrinking: bool, log_json: bool,
) -> None:  # fmt: skip
    """Do one scheduled run: pull what is due from PubMed, build, check the claims. Exit code 1 if a verdict flipped."""
    from ingest.log import log_json as log_json_lines
    from ingest.pubmed.client import EutilsSettings
    from ingest.pubmed.run import plan_of
    from ingest.pubmed.run import sync as sync_topic

    loaded = _topic_of(data, topic, record=not dry_run)
    if dry_run:
        planned = plan_of(data, loaded)
        _show(planned, as_json, planned.lines())
        return
    if log_json:
        log_json_lines()
    settings = EutilsSettings.from_environment()
    if max_requests:
        settings = replace(settings, max_requests=max_requests)
    progress = _progress()
    result = sync_topic(data, loaded, settings, progress.pull, progress.build, notify, accept_shrinking)
    _show(result, as_json, result.lines())
    sys.exit(result.exit_code)


@command(click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path)), name="import")
def import_(topic: str | None, data: Path, as_json: bool, files: tuple[Path, ...]) -> None:
    """Read FILES (PubMed XML, .xml.gz, MEDLINE/nbib) into the archive; `evidence build` then uses them."""
    from db.tables import as_text
    from ingest.pubmed.run import import_into

    counts = [asdict(row) for row in import_into(data, _topic_of(data, topic), files)]
    total = {name: sum(row[name] for row in counts) for name, value in counts[0].items() if isinstance(value, int)}
    shown = [{name: row[name] for name in ("name", *total)} for row in [*counts, {"name": "all", **total}]]
    said = [f"{row['name']}: {each}" for row in counts for each in (*row["warnings"], *row["problems"])]
    _show(counts, as_json, [as_text(shown), *said])
    if total["broken"]:
        raise IncompleteRunError(
            f"{total['broken']} broken records were left out; the rest is in {data / 'archive.db'}."
        )


@command(
    click.argument("files", nargs=-1, required=True),
    click.option("--scheduler", metavar="ADDRESS", help="A Dask scheduler, such as tcp://host:8786."),
    click.option("--workers", type=click.IntRange(min=1), help="Processes on this machine; one a core if not given."),
    click.option("--table", type=click.Path(file_okay=False, path_type=Path), help="Also write Parquet, by year."),
)
def bulk(
    topic: str | None, data: Path, as_json: bool, files: tuple[str, ...], scheduler: str | None, workers: int | None,
    table: Path | None,
) -> None:  # fmt: skip
    """Look through NLM's baseline and update FILES (paths, globs, addresses) and take what the topic wants."""
    from ingest.bulk.run import bulk as look_through

    result = look_through(data, _topic_of(data, topic), files, scheduler, table, workers)
    _show(result, as_json, result.lines())
    sys.exit(result.exit_code)


@command(
    click.option(
        "--archived-by",
        metavar="DAY",
        help="Make it, in a folder beside, of what the archive held at the end of that day (YYYY-MM-DD), with the "
        "register as it is now: what was known here then.",
    ),
)
def build(topic: str | None, data: Path, as_json: bool, archived_by: str | None) -> None:
    """Make evidence.db from the archive and the register. Says so and is quick when nothing has changed."""
    from ingest.build.run import build as build_database
    from ingest.build.run import build_archived_by
    from topics import load_recall, recall_lines

    chosen = _topic_of(data, topic)
    known_trials = load_recall(chosen)
    if archived_by:
        result = build_archived_by(data, chosen, archived_by, _progress().build)
    else:
        result = build_database(data, chosen, _progress().build)
    _show(result, as_json, [result.line(), *recall_lines(known_trials)])
    if result.short:
        raise IncompleteRunError(result.short)


@command(*_address)
def serve(topic: str | None, data: Path, as_json: bool, host: str, port: int) -> None:
    """Publish evidence.db with Datasette."""
    from publish.serve import live_database

    _serve(live_database(data), host, port)


@command()
def status(topic: str | None, data: Path, as_json: bool) -> None:
    """Say how fresh and how complete the data are."""
    from db.status import read_status

    found = read_status(data)
    _show(found, as_json, found.lines())


@command(click.argument("claim_id", required=False))
def claims(topic: str | None, data: Path, as_json: bool, claim_id: str | None) -> None:
    """Show the article's claims with their verdicts, or one CLAIM_ID with its evidence, timeline and SQL."""
    from db.claims.report import claim_lines, claim_record, claims_overview, open_claims

    database = open_claims(data)
    if claim_id:
        _show(claim_record(database, claim_id), as_json, claim_lines(database, claim_id))
    else:
        overview = claims_overview(database)
        _show(overview, as_json, (f"{row['verdict']:13} {row['claim_id']:24} {row['text']}" for row in overview))


@command(
    click.option("--as-of", default="", metavar="DATE", help="Give the verdicts of that day; nothing is logged."),
    click.option("--markdown", is_flag=True, help="Print the changes as Markdown, for a mail, a chat or an issue."),
)
def check(topic: str | None, data: Path, as_json: bool, as_of: str, markdown: bool) -> None:
    """Say which verdicts changed since the last check, and which record did it. Exit code 1 if one flipped."""
    from db.claims.check import check_claims
    from db.evidence.changes import refresh

    result = check_claims(data, _topic_of(data, topic), as_of=as_of, today=datetime.now(UTC).date())
    if not as_of:
        refresh(data)
    text = result.as_json() if as_json else result.as_markdown() if markdown else "\n".join(result.lines())
    if text:
        click.echo(text)
    sys.exit(result.exit_code)


@command(
    click.argument("references", nargs=-1, required=True),
    click.option("--check", is_flag=True, help="REFERENCES is a manuscript file: check what it cites."),
    click.option("--dated", default="", metavar="DATE", help="With --check: the manuscript's date, if not the file's."),
    click.option(
        "--format",
        "form",
        type=click.Choice(["bib", "ris", "nbib", "csl", "txt", "md", "html"]),
        help="Print the records found in this format.",
    ),
    click.option("--style", default="vancouver", show_default=True, help="CSL style of txt, md and html."),
    click.option("--online", is_flag=True, help="Ask PubMed for what is not held here (needs NCBI_EMAIL)."),
)
def cite(
    topic: str | None, data: Path, as_json: bool, references: tuple[str, ...], check: bool, dated: str,
    form: str | None, style: str, online: bool,
) -> None:  # fmt: skip
    """Look REFERENCES up: identifiers, addresses, references in scraps, or files. Exit code 4 if one is not read."""
    from contextlib import nullcontext

    from db.citations.look_up import answer_all, check_manuscript, export, lines, opened
    from db.citations.readers.files import read_given
    from db.citations.words import answer_json
    from ingest.pubmed.client import Eutils, EutilsSettings
    from publish.serve import live_database

    live = live_database(data)
    with Eutils(EutilsSettings.from_environment()) if online else nullcontext() as pubmed:
        if check:
            report = check_manuscript(Path(references[0]), live, online=pubmed, dated=dated)
            _show(report, as_json, report.lines())
            sys.exit(report.exit_code)
        given = read_given(references)
        with opened(live) as connection:
            answers = answer_all(connection, given, online=pubmed)
    if form:
        click.echo(export(live, answers, form, style), nl=False)
    else:
        _show([answer_json(answer) for answer in answers], as_json, lines(answers))
    for line in given.lines():
        click.echo(line, err=True)
    if given.unread:
        sys.exit(4)


@command(click.argument("query"), click.option("--limit", default=20, show_default=True, help="Records to show."))
def search(topic: str | None, data: Path, as_json: bool, query: str, limit: int) -> None:
    """Search titles and abstracts; best matches first."""
    from db.tables import as_text
    from publish.search import search_articles
    from publish.serve import live_database

    found = search_articles(live_database(data), query, limit)
    _show(found, as_json, [as_text(found)])


@command(
    click.argument("gold", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path)),
    click.option("--claims", "by_claims", is_flag=True, help="Score by what claims come to, against the register."),
)
def accuracy(topic: str | None, data: Path, as_json: bool, gold: tuple[Path, ...], by_claims: bool) -> None:
    """Score the taggers on labelled files, print a table, and put it into evidence.db; or by claims (--claims)."""
    from db.archive.store import Archive
    from db.evidence.accuracy import save_accuracy
    from evaluation.accuracy import from_archive, print_table, score
    from evaluation.claims import score_claims
    from ingest.build.run import build as build_database

    if bool(gold) == by_claims:
        raise click.UsageError("expected labelled files, or --claims without any")
    loaded = _topic_of(data, topic)
    with Archive.open(data) as archive:
        if by_claims:
            scores = score_claims(archive, loaded, _progress().build)
            _show(scores.as_rows(), as_json, scores.lines())
            return
        rows = score(gold, loaded, from_archive(archive))
    save_accuracy(data, rows)
    build_database(data, loaded, _progress().build)
    _show(rows, as_json, [])
    if not as_json:
        print_table(rows)


@main.group(name="topic")
def topic_group() -> None:
    """Topics: what is tracked, and whose claims are tested."""


@topic_group.command(name="new")
@click.argument("name")
@click.option("--in", "parent", type=click.Path(file_okay=False, path_type=Path), default=Path("topics"),
              show_default=True, help="Folder to make it in.")  # fmt: skip
def topic_new(name: str, parent: Path) -> None:
    """Make a topic NAME that is valid as it stands, with every key explained, for you to fill in."""
    from topics.new import new_topic

    with _one_line_errors(verbose=False):
        click.echo(f"Made {new_topic(name, parent)}. Fill it in, then: evidence up --topic {parent / name}")


def _topic_of(data: Path, given: str | None, *, record: bool = True) -> "Topic":
    from db.archive.topic import topic_of

    return topic_of(data, given, record=record)


def _serve(database: Path, host: str, port: int) -> None:
    from publish.serve import serve as serve_database

    click.echo(f"Serving {database} at http://{host}:{port}/ (Ctrl-C stops it).", err=True)
    serve_database(database, METADATA, host, port)


def _progress() -> Any:
    from ingest.progress import Bars

    return Bars()


if __name__ == "__main__":
    main()
