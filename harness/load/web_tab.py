"""
The page's own part: a tab on who owned the time, and charts of TTFT, ITL, TPOT and E2E beside Locust's.

The numbers come from the parent, which has the journal; this process only hands them to the browser.
"""

import logging
from collections import deque
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import urlsplit

import gevent  # type: ignore[import-untyped]
import orjson
from flask import Response, jsonify, request
from locust.env import Environment
from locust.log import LogReader

from overlap.harness.load.setup import Setup

TITLE, KEY = "Who owned the time", "overlap"
SCRIPT = Path(__file__).with_name("charts.js")
STYLE = '<style>a[href*="aka.ms/loadtesting"] { display: none }</style>'
"""Takes an advertisement of another service off the start page."""

UNKNOWN = "\N{EN DASH}"
KEPT = 900  # snapshots, one a second: a quarter of an hour of charts

# Column, its title, what is under it.
COLUMNS = (
    ("name", "Endpoint"),
    ("calls", "Calls, last 10 s"),
    ("failed", "Failed, last 10 s"),
    ("overlap", "Overlap efficiency (%)"),
    ("send", "Send (ms)"),
    ("planned", "Server, planned (ms)"),
    ("late", "Server, late (ms)"),
    ("limit", "Asked to wait (ms)"),
    ("between", "Between requests (ms)"),
    ("receive", "Receive (ms)"),
    ("ttft", "TTFT p50 (ms)"),
    ("itl", "ITL p50 (ms)"),
    ("tpot", "TPOT p50 (ms)"),
    ("e2e", "E2E p50 (ms)"),
)


class Tab:
    """Keeps what the parent shows, for the browser to fetch."""

    def __init__(self, web: Any) -> None:
        self._shown: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._number = 0
        self._test = 0
        self._environment = web.environment
        web.template_args = {
            **web.template_args,
            "extended_tabs": [{"title": TITLE, "key": KEY}],
            "extended_tables": [
                {"key": KEY, "structure": [{"key": key, "title": title} for key, title in COLUMNS]}
            ],
        }
        web.app.add_url_rule("/overlap/live", "overlap_live", self._fetch)
        web.app.add_url_rule("/overlap/charts.js", "overlap_charts", self._script)
        web.app.before_request(self._check)
        web.app.after_request(self._extend)
        web.environment.events.test_start.add_listener(self._next)

    def _next(self, **_: Any) -> None:
        """Begin a new test: its lines are its own."""
        self._test += 1

    def show(self, live: dict[str, Any]) -> None:
        """Keep what the last ten seconds say, by endpoint."""
        self._number += 1
        self._shown.append({"number": self._number, "time": time(), "test": self._test, "endpoints": live})

    def _check(self) -> Response | None:
        """Refuse a test without a service's address: its users could not be made, and it would never begin."""
        if request.method != "POST" or request.path != "/swarm" or "host" not in request.form:
            return None
        where = urlsplit(request.form["host"])
        if where.scheme in {"http", "https"} and where.hostname:
            return None
        message = "Host must be an http:// or https:// address."
        return jsonify({"success": False, "message": message, "host": self._environment.host})

    def rows(self) -> list[dict[str, Any]]:
        """Answer the newest numbers as rows of the tab's table; an en dash is unknown."""
        latest = self._shown[-1]["endpoints"] if self._shown else {}
        return [
            {"name": name, **{key: _cell(view[key]) for key, _ in COLUMNS[1:]}} for name, view in latest.items()
        ]

    def _fetch(self) -> Response:
        since = request.args.get("since", 0, type=int)
        fresh = [each for each in self._shown if each["number"] > since]
        return Response(orjson.dumps(fresh), mimetype="application/json")

    def _script(self) -> Response:
        return Response(SCRIPT.read_bytes(), mimetype="text/javascript")

    def _extend(self, response: Response) -> Response:
        """Add our rows to the statistics that the page polls, and our script to the page."""
        if response.status_code != 200:
            return response
        if request.path == "/stats/requests":
            said = {**orjson.loads(response.get_data()), "extended_stats": [{"key": KEY, "data": self.rows()}]}
            response.set_data(orjson.dumps(said))
        elif request.path == "/":
            tags = f'{STYLE}<script defer src="overlap/charts.js"></script></body>'
            response.set_data(response.get_data(as_text=True).replace("</body>", tags))
        return response


def serve(environment: Environment, setup: Setup) -> Tab:
    """Serve Locust's page with the tab in it; answer once it can be opened, or raise `SystemExit`."""
    web: Any = environment.create_web_ui(
        host=setup.web_host, port=setup.web_port, delayed_start=True, userclass_picker_is_active=True
    )
    tab = Tab(web)
    keep_logs()
    web.start()
    while not (web.server and web.server.started):
        gevent.sleep(0.01)
        if web.greenlet.ready():
            raise SystemExit(f"port {setup.web_port} cannot be listened on")
    return tab


def keep_logs() -> None:
    """Keep what this process logs, such as what users of a locustfile raise, for the page's tab of logs."""
    reader: Any = LogReader()  # type: ignore[no-untyped-call]
    reader.name = "log_reader"  # Locust looks for it by this name
    reader.setFormatter(logging.Formatter("[%(asctime)s] %(levelname)s/%(name)s: %(message)s"))
    logging.getLogger().addHandler(reader)
    logging.getLogger().addHandler(logging.StreamHandler())
    logging.getLogger("locust").setLevel(logging.INFO)


def _cell(value: float | None) -> float | str:
    return UNKNOWN if value is None else round(value, 2)
