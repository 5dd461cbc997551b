"""The control endpoints against a web page: over raw sockets, and from a real browser on another origin."""

import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CHANGE = b'{"profile":"steady,ttft=9"}'


def get(path: str, **headers: str) -> bytes:
    """Return the bytes of a GET."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in {"host": "localhost", **headers}.items())
    return f"GET {path} HTTP/1.1\r\nconnection: close\r\n{lines}\r\n".encode()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 403),
        ({"host": "evil.example:8000"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"content-type": "text/plain"}, 415),
    ],
)
def test_a_page_that_was_rebound_or_forges_a_request_changes_and_takes_nothing(
    serve, raw, say, request_bytes, entries, headers, status
):
    """Neither the configuration nor the journal is touched; the refusal is in the API's form, on loopback too."""
    server = serve("--tokens", "2", fresh=True)
    say(server)
    for path, content in (("/overlap/config", CHANGE), ("/overlap/take", b"")):
        answer = raw(
            server, request_bytes(content, path, **{name.replace("-", "_"): v for name, v in headers.items()})
        )
        assert answer.status == status
        assert set(answer.error) == {"message", "type", "param", "code"}
    assert json.loads(raw(server, get("/overlap/config")).rest)["profile"] == "instant"
    assert len(entries(server)) == 1


@pytest.mark.parametrize("path", ["/overlap/config", "/metrics"])
def test_a_page_that_was_rebound_reads_nothing(serve, raw, path):
    """The name in the Host header is the page's, wherever it points."""
    server = serve("--tokens", "2")
    answer = raw(server, get(path, host=f"evil.example:{server.port}"))
    assert answer.status == 403
    assert b"instant" not in answer.rest
    assert raw(server, get(path, host=f"[::1]:{server.port}")).status == 200


def test_a_name_that_the_owner_allows_is_ours(serve, raw):
    """As a container has one in its network."""
    server = serve("--allow-host", "mock.internal")
    assert raw(server, get("/overlap/config", host="mock.internal:80")).status == 200
    assert raw(server, get("/overlap/config", host="other.internal:80")).status == 403


def test_what_is_asked_of_the_api_needs_no_host_of_ours(serve, raw, request_bytes):
    """Applications under test send whatever name they know the server by."""
    content = b'{"model":"m","messages":[{"role":"user","content":"x"}]}'
    assert raw(serve(), request_bytes(content, host="api.openai.com")).status == 200


def test_a_token_off_loopback_does_not_open_the_endpoints_to_pages(serve, raw):
    """Host, origin and content type are looked at all the same."""
    server = serve("--token", "s3cret", fresh=True)
    token = "Bearer s3cret"  # noqa: S105 - of a server that lives for a second
    assert raw(server, get("/overlap/config", authorization=token)).status == 200
    assert raw(server, get("/overlap/config", authorization=token, host="evil.example")).status == 403
    assert raw(server, get("/overlap/config", authorization=token, origin="http://evil.example")).status == 403
    assert raw(server, get("/overlap/config")).status == 401


PAGE = b"""<!doctype html><meta charset="utf-8"><title>a page somewhere</title>"""
FORGED = """async ([base, change]) => {
    const tries = [
        ["plain", {method: "POST", mode: "no-cors", headers: {"content-type": "text/plain"}, body: change}],
        ["bare", {method: "POST", mode: "no-cors", body: new Blob([change])}],
        ["form", {method: "POST", mode: "no-cors", body: new URLSearchParams({[change]: ""})}],
        ["json", {method: "POST", mode: "cors", headers: {"content-type": "application/json"}, body: change}],
        ["read", {method: "GET", mode: "cors"}],
    ];
    const outcomes = {};
    for (const [name, how] of tries) {
        try {
            const answer = await fetch(base + "/overlap/config", how);
            outcomes[name] = answer.type + " " + answer.status;
        } catch (wrong) {
            outcomes[name] = "failed";
        }
    }
    for (const path of ["/overlap/take", "/overlap/config"]) {
        const form = document.createElement("form");
        Object.assign(form, {method: "POST", action: base + path, enctype: "text/plain", target: "hidden"});
        const field = document.createElement("input");
        Object.assign(field, {name: change.slice(0, -1) + ',"x":"', value: '"}'});
        form.append(field);
        const frame = document.createElement("iframe");
        frame.name = "hidden";
        document.body.append(frame, form);
        const loaded = new Promise((done) => (frame.onload = done));
        form.submit();
        await loaded;
        frame.remove();
    }
    return outcomes;
}"""


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Send the page, whatever is asked for."""
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def elsewhere():
    """The address of a page of another origin."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
def test_a_page_of_another_origin_in_a_real_browser_changes_takes_and_reads_nothing(
    serve, say, raw, entries, elsewhere
):
    """Fetches that need no leave, forms, and a host name that the browser is made to resolve to this server."""
    from playwright.sync_api import sync_playwright

    server = serve("--tokens", "2", fresh=True)
    say(server)
    words = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    rebound = "--host-resolver-rules=MAP evil.example 127.0.0.1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*words, rebound])
        page = browser.new_page()
        page.goto(elsewhere)
        outcomes = page.evaluate(FORGED, [server.url, CHANGE.decode()])
        # Rebinding: the page's own name is made to point at the mock, so that to the browser it is one origin.
        answer = page.goto(f"http://evil.example:{server.port}/overlap/config")
        assert answer is not None
        read = answer.status, answer.text()
        same = page.evaluate(
            """async (change) => (await fetch("/overlap/config", {method: "POST", body: change,
                headers: {"content-type": "application/json"}})).status""",
            CHANGE.decode(),
        )
        browser.close()
    assert outcomes.pop("read") == outcomes.pop("json") == "failed"
    assert set(outcomes.values()) == {"opaque 0"}  # sent, and answered with what the page cannot see
    assert (read[0], same) == (403, 403)
    assert "instant" not in read[1]
    assert json.loads(raw(server, get("/overlap/config")).rest)["profile"] == "instant"
    # The journal was not taken; a browser asks any server for its icon.
    assert [one["path"] for one in entries(server) if one["path"] != "/favicon.ico"] == ["/v1/chat/completions"]
