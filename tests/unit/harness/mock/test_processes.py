"""The servers of a run: begun side by side, each once, and none left."""

import shlex
import sys

import psutil
import pytest

from overlap.harness.mock.process import ServerNotReady
from overlap.harness.mock.processes import Servers
from overlap.harness.model.config import RunConfig

READY = "import time; print('ready http://127.0.0.1:1', flush=True); time.sleep(60)"


def config(code):
    """Return the configuration of a run whose server is this piece of Python."""
    return RunConfig(server=shlex.join([sys.executable, "-c", code]))


def test_a_server_that_was_begun_is_the_one_that_is_waited_for():
    """Begun twice or asked for twice, it is started once."""
    before = set(psutil.Process().children())
    with Servers(config(READY)) as servers:
        servers.begin("instant", 1)
        servers.begin("instant", 1)
        server = servers.ensure("instant", 1)
        assert servers.ensure("instant", 1) is server
        assert {each.pid for each in set(psutil.Process().children()) - before} == {server.process.pid}
    assert not server.alive


@pytest.mark.parametrize("wait", [False, True])
def test_a_server_that_never_came_up_is_ended_with_the_others(wait):
    """Whether it was waited for in vain or not at all."""
    before = set(psutil.Process().children())
    with Servers(config("import sys; sys.exit('no')" if wait else READY)) as servers:
        servers.begin("instant", 1)
        if wait:
            with pytest.raises(ServerNotReady, match="no"):
                servers.ensure("instant", 1)
    assert set(psutil.Process().children()) == before
