"""Telling somebody about a run: a command or a web address is given the report. That it fails is said, never fatal."""

import json
import logging
import os
import shlex
import signal
import subprocess
import time
from typing import Any
from urllib.parse import urlsplit

from ingest.http import NETWORK_ERRORS, LimitedRequest, exchange, network_fault
from ingest.log import event

TIMEOUT = 30.0
"""Seconds that telling may take."""
_SECRETS = ("NCBI_API_KEY",)
_log = logging.getLogger(__name__)


def notify(target: str, report: dict[str, Any], timeout: float = TIMEOUT) -> str:
    """Give a report to `target` as JSON: a web address by POST, any other text as a command on its standard input.

    Returns:
        What went wrong, in one line that names the command or the host (an address may be a secret); '' if nothing.
    """
    body = json.dumps(report, ensure_ascii=False, default=str)
    if target.startswith(("http://", "https://")):
        whom, trouble = _host(target), _post(target, body, timeout)
    else:
        whom, trouble = target.split(" ")[0], _run(target, body, timeout)
    event(_log, "notified", whom=whom, trouble=trouble)
    return f"--notify: {whom}: {trouble}" if trouble else ""


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.rpartition("@")[2]
    except ValueError:
        return "the web address"


def _post(address: str, body: str, timeout: float) -> str:
    """Told is only who answers with 2xx in time, at the address or where it redirects to on the same host."""
    try:
        if urlsplit(address).username is not None:
            return "not told (a user name in the address is not supported)"
        headers = {"Content-Type": "application/json"}
        with exchange(LimitedRequest(address, body.encode(), headers, until=time.monotonic() + timeout)):
            return ""
    except NETWORK_ERRORS as error:
        return f"not told ({network_fault(error).message})"
    except ValueError:
        return "not told (the address is malformed)"


def _run(command: str, body: str, timeout: float) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in _SECRETS}
    try:
        process = subprocess.Popen(
            shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=environment, text=True, start_new_session=True,
        )  # fmt: skip
    except (OSError, ValueError) as error:
        return f"cannot be started ({error})"
    try:
        process.communicate(body, timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # with whatever it has started
        process.communicate()
        return f"did not end within {timeout:.0f} s and was stopped"
    return f"ended with code {process.returncode}" if process.returncode else ""
