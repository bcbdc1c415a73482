"""What is in `deploy/` would work: checked by the tools that read it where they are there, and by what it must say."""

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest
import yaml

from db.sqlite import open_private_database
from evidence import main

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
TEXTS = [path for path in DEPLOY.rglob("*") if path.is_file() and path.suffix != ".pyc"]


def needs(tool):
    if not shutil.which(tool):
        pytest.skip(f"needs {tool}")


def test_systemd_takes_the_units(tmp_path):
    needs("systemd-analyze")
    for unit in UNITS:
        text = unit.read_text()
        for program in re.findall(r"ExecStart=(\S+)", text):
            text = text.replace(program, sys.executable)  # verify asks whether it is there
        (tmp_path / unit.name).write_text(text)
    checked = subprocess.run(["systemd-analyze", "verify", *sorted(tmp_path.iterdir())], capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_units_name_documentation_that_is_there():
    for unit in UNITS:
        for path in re.findall(r"Documentation=file:///opt/evidence/(\S+)", unit.read_text()):
            assert (ROOT / path).is_file(), unit.name
        assert "Documentation=http" not in unit.read_text(), unit.name


def test_the_commands_that_put_your_names_in_place_of_ours_leave_none_of_ours(tmp_path):
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```sh\n(copy=.*?)```", page, re.DOTALL)
    settings = os.environ | {"TMPDIR": str(tmp_path)}
    subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=ROOT, env=settings, check=True)
    copied = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert len(copied) == len(TEXTS)
    whole = "\n".join(path.read_text() for path in copied)
    assert not re.search(r"example\.org|/opt/evidence|OWNER/", whole)
    for said in ("ada@example.net", "server_name evidence.example.net;", "/srv/evidence/.venv/bin/evidence sync"):
        assert said in whole


def test_timers_have_times_that_systemd_understands_and_make_up_for_missed_runs():
    needs("systemd-analyze")
    for timer in (unit for unit in UNITS if unit.suffix == ".timer"):
        (when,) = re.findall(r"OnCalendar=(.*)", timer.read_text())
        subprocess.run(["systemd-analyze", "calendar", when], check=True, capture_output=True)
        assert "Persistent=true" in timer.read_text()


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.stem)
def test_a_service_runs_as_nobody_special_and_writes_only_its_own_folder(unit):
    text = unit.read_text()
    for line in ("User=evidence", "NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=\n"):
        assert line in text


def test_services_are_confined_and_the_one_that_serves_cannot_reach_the_archive():
    for unit in (unit for unit in UNITS if unit.suffix == ".service"):
        lines = unit.read_text().splitlines()
        for line in ("SystemCallFilter=@system-service", "RestrictNamespaces=yes", "ProtectProc=invisible",
                     "ProtectClock=yes"):  # fmt: skip
            assert line in lines, (unit.name, line)
    serving = (DEPLOY / "systemd" / "evidence-serve.service").read_text()
    assert "InaccessiblePaths=-/var/lib/evidence/archive.db -" in serving


def test_actions_and_the_base_image_are_named_by_what_they_contain():
    uses = [step["uses"] for job in workflow()["jobs"].values() for step in job["steps"] if "uses" in step]
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", each) for each in uses)
    assert re.search(
        r"^FROM python:3\.11-slim-bookworm@sha256:[0-9a-f]{64}$", (DEPLOY / "Dockerfile").read_text(), re.M
    )


def test_commands_and_options_named_in_deploy_exist():
    used = set()
    for path in TEXTS:
        for line in path.read_text().splitlines():
            said = re.search(r"(?:bin/|; |&& |exec |\[\"|^ *|\")evidence\W{1,4}(sync|serve|build|check)\b(.*)", line)
            if said and not line.lstrip().startswith(("#", "//")):
                used.add((said[1], tuple(re.findall(r"--[a-z-]+", said[2].split(";")[0].split(" >")[0]))))
    assert {command for command, _ in used} == {"sync", "serve", "build"}
    for command, options in used:
        known = {name for option in main.commands[command].params for name in option.opts}
        assert set(options) <= known, (command, options)


def test_the_cron_table_has_two_jobs_a_day():
    lines = [line for line in (DEPLOY / "crontab").read_text().splitlines() if line and not line.startswith("#")]
    jobs = [line.split(None, 5) for line in lines if re.match(r"[\d*]", line)]
    assert [(job[0].isdigit(), job[1].isdigit(), job[2:5]) for job in jobs] == [(True, True, ["*", "*", "*"])] * 2
    assert "CRON_TZ=America/New_York" in lines
    assert "evidence sync" in jobs[0][5]


def workflow():
    return yaml.safe_load((DEPLOY / "github" / "sync.yml").read_text())


def test_the_workflow_syncs_keeps_the_archive_and_publishes():
    flow = workflow()
    assert flow[True]["schedule"] == [{"cron": "30 3 * * *"}]  # YAML reads the key `on` as true
    assert flow["concurrency"] == {"group": "sync", "cancel-in-progress": False}
    steps = flow["jobs"]["sync"]["steps"]
    names = [step.get("name") for step in steps if "name" in step]
    assert names == [
        "Install", "Take the archive of the last run", "Sync", "Keep the archive even if the run failed half-way",
        "Publish the database as a release artefact", "Lay out the static site", "Be loud about an incomplete run",
    ]  # fmt: skip
    assert all(("run" in step) ^ ("uses" in step) for step in steps)
    assert flow["jobs"]["site"]["needs"] == "sync"


def test_the_workflows_scripts_are_sound_and_have_secrets_in_their_environment_only(tmp_path):
    for job in workflow()["jobs"].values():
        for step in job["steps"]:
            script = step.get("run", "")
            assert "secrets." not in script
            (tmp_path / "step").write_text(re.sub(r"\$\{\{.*?\}\}", "x", script))
            subprocess.run(["bash", "-n", tmp_path / "step"], check=True)


def test_the_containers_are_not_root_keep_their_data_in_a_volume_and_are_watched():
    lines = (DEPLOY / "Dockerfile").read_text()
    assert re.search(r"^USER 10001$", lines, re.M)
    assert re.search(r"^VOLUME /data$", lines, re.M)
    assert "HEALTHCHECK" in lines
    services = yaml.safe_load((DEPLOY / "compose.yml").read_text())["services"]
    for service in services.values():
        assert service["volumes"] == ["data:/data"]
        assert (service["cap_drop"], service["read_only"]) == (["ALL"], True)
    assert services["serve"]["ports"] == ["127.0.0.1:8001:8001"]
    assert services["serve"]["depends_on"] == {"build": {"condition": "service_completed_successfully"}}
    assert services["sync"]["depends_on"] == {"serve": {"condition": "service_healthy"}}
    for service in services.values():
        for script in [part for part in service.get("command", ()) if "evidence" in part]:
            subprocess.run(["sh", "-n"], input=script.replace("$$", "$"), text=True, check=True)


def as_user(user: int, group: int, act: Callable[[], object]) -> str:
    """What comes of an act as another user: '' or the name of its error."""
    read, write = os.pipe()
    if not (child := os.fork()):
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)
        try:
            act()
        except Exception as error:
            os.write(write, type(error).__name__.encode())
        finally:
            os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read) as said:
        return said.read()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two other users")
def test_whoever_serves_in_the_container_reads_the_site_and_cannot_touch_the_archive():
    mode = re.search(r"^RUN chmod (\d+) /data$", (DEPLOY / "Dockerfile").read_text(), re.M)[1]
    user, group = map(int, yaml.safe_load((DEPLOY / "compose.yml").read_text())["services"]["serve"]["user"].split(":"))
    with tempfile.TemporaryDirectory() as made:
        data = Path(made)
        os.chown(data, 10001, group)
        data.chmod(int(mode, 8))
        live, archive = data / "evidence.db", data / "archive.db"

        def write() -> None:
            open_private_database(archive).close()
            with closing(sqlite3.connect(live)) as database:
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("CREATE TABLE cups (number INTEGER)")
            live.chmod(0o660)

        def read() -> None:
            with closing(sqlite3.connect(live)) as database:
                database.execute("SELECT * FROM cups").fetchall()
                assert live.with_name("evidence.db-wal").exists()
                os._exit(0)  # killed: what it leaves beside the database is in nobody's way

        def amend() -> None:
            with closing(sqlite3.connect(live)) as database, database:
                database.execute("INSERT INTO cups VALUES (1)")

        assert as_user(10001, group, write) == ""
        assert as_user(user, group, read) == ""
        assert as_user(10001, group, amend) == ""
        assert as_user(user, group, read) == ""
        assert as_user(user, group, archive.read_bytes) == "PermissionError"
        assert as_user(user, group, archive.unlink) == "PermissionError"
        assert as_user(user, group, live.unlink) == "PermissionError"
        assert as_user(user, group, lambda: archive.open("ab")) == "PermissionError"


def test_nothing_made_here_goes_into_the_image():
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert {".git", "**/.venv", "**/*.db", "**/.env"} <= set(ignored)


def test_nginx_takes_its_site(tmp_path):
    needs("nginx")
    temporary = "".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("proxy", "fastcgi", "uwsgi", "scgi"))
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}}\nhttp {{ access_log off; {temporary} "
        f"client_body_temp_path {tmp_path}/body; include {DEPLOY}/nginx.conf; }}\n"
    )
    checked = subprocess.run(["nginx", "-t", "-c", tmp_path / "nginx.conf"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    "path",
    [
        "/evidence?sql=select+1", "/evidence?%73ql=select+1", "/%65vidence?sql=select+1", "/evidence.json?sql=select+1",
        "/evidence/-/query?sql=select+1", "/-/mcp", "/evidence/articles.json?_where=1", "/evidence/articles?%5fwhere=1",
    ],
)  # fmt: skip
def test_the_web_server_limits_sql_however_it_is_written_and_not_pages(tmp_path, path):
    needs("nginx")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site = (DEPLOY / "nginx.conf").read_text().replace("listen 80;", f"listen 127.0.0.1:{port};")
    site = site.replace("    listen [::]:80;\n", "").replace("127.0.0.1:8001", "127.0.0.1:9")  # nobody there: 502
    temporary = "".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("proxy", "fastcgi", "uwsgi", "scgi"))
    (tmp_path / "site").write_text(site)
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; pid {tmp_path}/pid; error_log stderr; events {{}}\nhttp {{ access_log off; {temporary} "
        f"client_body_temp_path {tmp_path}/body; include {tmp_path}/site; }}\n"
    )
    server = subprocess.Popen(["nginx", "-c", tmp_path / "nginx.conf"], stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=httpx.HTTPTransport(retries=8)) as reader:
            assert {reader.get(f"/claims/{nth}").status_code for nth in range(30)} == {502}
            assert 429 in {reader.get(path).status_code for _ in range(30)}
    finally:
        server.terminate()
        server.wait()


def test_health_is_for_the_monitor_only():
    text = (DEPLOY / "nginx.conf").read_text()
    assert re.search(r"location = /health \{\s+allow 127.0.0.1;.*?deny all;", text, re.S)
