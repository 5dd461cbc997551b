"""The page of `overlap load` in a real browser, and Ctrl-C while a test is going on."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

import psutil
import pytest

from overlap.harness.store import run_files

CHROMIUM = shutil.which("chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture
def served(tmp_path):
    """`overlap load` with its page on a free port, straight at the mock so that it is up soon."""
    words = ("--port", "0", "--endpoint", "chat_stream,chat", "--profile", "lognormal,ttft=0.2,itl=0.02")
    process = subprocess.Popen(
        [sys.executable, "-m", "overlap.harness.cli", "load", *words, "--results", str(tmp_path), "--drain", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    yield process
    process.kill()
    process.communicate()


def _address(process):
    """Return where the page is, from what is printed when all is up."""
    for line in process.stdout:
        if line.startswith("Locust "):
            return line.split()[1]
    pytest.fail(process.stderr.read())


def _moving(page, text):
    """Wait until what *text* answers is there, and then until it is something else."""
    page.wait_for_function(f"({text})()", timeout=30_000)
    first = page.evaluate(text)
    page.wait_for_function(f"(before) => ({text})() !== before", arg=first, timeout=30_000)


def _look_at_the_start(page):
    """Open the settings of a class, look for what is not ours, and ask for a test of no address at all."""
    page.locator('button:has(path[d^="M19.14 12.9"])').first.click()
    weight = page.locator('input[name="weight"]')
    weight.wait_for(timeout=10_000)
    weight.fill("3")
    page.get_by_role("button", name="Save").click()
    weight.wait_for(state="detached", timeout=10_000)
    assert not page.locator('a[href*="aka.ms"]').first.is_visible()
    form = "new URLSearchParams({user_count: 1, spawn_rate: 1, host: ''})"
    answer = page.evaluate(f"fetch('/swarm', {{method: 'POST', body: {form}}}).then((answer) => answer.json())")
    assert (answer["success"], answer["message"]) == (False, "Host must be an http:// or https:// address.")


def _another_test(page):
    """Stop, and start a test of one endpoint alone: the other one's lines and legend are gone."""
    page.evaluate("fetch('/stop', {method: 'POST'}).then((answer) => answer.json())")
    form = "new URLSearchParams({user_count: 2, spawn_rate: 2, user_classes: 'Chat'})"
    page.evaluate(f"fetch('/swarm', {{method: 'POST', body: {form}}}).then((answer) => answer.json())")
    page.get_by_role("tab", name="Who owned the time").click()
    lines = "[...document.querySelectorAll('#overlap-charts polyline')].map((line) => line.dataset.endpoint)"
    page.wait_for_function(f"() => new Set({lines}).size === 1 && {lines}[0] === 'chat'", timeout=30_000)


def _look_on_a_phone(page):
    """No picture is wider than the page."""
    page.get_by_role("tab", name="Who owned the time").click()
    page.locator("#overlap-charts svg").first.wait_for(timeout=10_000)
    page.set_viewport_size({"width": 390, "height": 800})
    widths = "[document.querySelector('#overlap-charts').scrollWidth, document.documentElement.clientWidth]"
    charts, whole = page.evaluate(widths)
    assert charts <= whole == 390


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")
def test_a_test_is_started_watched_and_ended_from_the_page(served, tmp_path):
    """Users set, charts moving, the tab there with numbers in it, no error in the console; Ctrl-C keeps it all."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        complaints = []
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(_address(served))
        _look_at_the_start(page)
        page.locator('input[name="userCount"]').fill("4")
        page.locator('input[name="spawnRate"]').fill("4")
        page.get_by_role("button", name="Start").click()
        page.get_by_role("tab", name="Who owned the time").click()
        page.get_by_role("cell", name="chat_stream", exact=True).wait_for(timeout=30_000)
        _moving(
            page,
            "() => document.querySelector('#overlap-charts polyline[data-endpoint=chat_stream]')?.points.length",
        )
        page.get_by_role("tab", name="Charts").click()
        _moving(
            page, "() => document.querySelector('#overlap-charts polyline[data-endpoint=chat]')?.points.length"
        )
        page.get_by_role("tab", name="Statistics").click()
        for row in ("TTFT", "ITL", "TPOT", "E2E"):
            page.get_by_role("cell", name=row, exact=True).first.wait_for(timeout=10_000)
        _another_test(page)
        _look_on_a_phone(page)
        logs = page.evaluate("fetch('/logs').then((answer) => answer.json())")
        browser.close()
    assert any("All users spawned" in line for line in logs["master"])
    children = psutil.Process(served.pid).children(recursive=True)
    served.send_signal(signal.SIGINT)
    _, errors = served.communicate(timeout=60)
    assert complaints == []
    assert served.returncode == 130, errors
    assert psutil.wait_procs(children, timeout=10)[1] == []
    folder, second = sorted(each for each in tmp_path.iterdir() if each.is_dir() and not each.is_symlink())
    assert {cell.strategy for cell in run_files.read(second).cells} == {"chat"}
    run = run_files.read(folder)
    assert run.about.balance.faults == ()
    assert {cell.strategy for cell in run.cells} == {"chat", "chat_stream"}
    assert any(call.error == "Stopped" for call in run.calls)
    assert (folder / "report.html").exists()


def _asked(address, path, words=""):
    """Have the page's server do what a button of the page asks for."""
    with urllib.request.urlopen(f"{address.rstrip('/')}/{path}", words.encode()) as answer:  # noqa: S310
        return json.loads(answer.read())


@pytest.mark.slow
@pytest.mark.parametrize("stopped", [True, False], ids=["after Stop", "in the middle"])
def test_ctrl_c_twice_keeps_the_test_that_was_run(served, tmp_path, stopped):
    """A test that has just ended, or has not: exit 130, its calls on file, and how to have its report."""
    address = _address(served)
    _asked(address, "swarm", "user_count=2&spawn_rate=2")
    end = time.monotonic() + 30
    while _known_calls(address) < 4 and time.monotonic() < end:
        time.sleep(0.1)
    if stopped:
        _asked(address, "stop")
    served.send_signal(signal.SIGINT)
    served.send_signal(signal.SIGINT)
    _, errors = served.communicate(timeout=60)
    assert served.returncode == 130, errors
    [folder] = [each for each in tmp_path.iterdir() if not each.is_symlink()]
    run = run_files.read(folder)
    assert run.faults == ()
    assert len(run.calls) >= 4
    assert run.about.state in ({"finished", "interrupted"} if stopped else {"interrupted"})
    assert (tmp_path / "latest").resolve() == folder
    assert (folder / "report.html").exists() or f"overlap report {folder}" in errors


def _known_calls(address):
    """Return how many calls the page knows of."""
    with urllib.request.urlopen(f"{address.rstrip('/')}/stats/requests") as answer:  # noqa: S310
        return sum(
            each["num_requests"] for each in json.loads(answer.read())["stats"] if each["name"] != "Aggregated"
        )
