"""The web server's main process: two granian workers around `byname.config.rsgi`. Never root."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from byname.config import environment, machine

# How many connections one worker holds at a time; an idle one costs a few kilobytes.
CONNECTIONS = 4096


def main(target: str, host: str, port: int) -> int:
    """Serve `target` ("module:name") until told to stop."""
    if os.geteuid() == 0:
        sys.exit("The web server never runs as root.")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTIONS if hard == resource.RLIM_INFINITY else min(2 * CONNECTIONS, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    # Forked workers share what is imported here, and inherit the death signal set below.
    multiprocessing.set_start_method("fork")
    module, _, name = target.partition(":")
    application = getattr(importlib.import_module(module), name)
    server = Server(
        target,
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=environment.workers(),
        runtime_mode=RuntimeModes.st,
        http=HTTPModes.http1,
        websockets=False,
        backlog=CONNECTIONS,
        backpressure=CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        respawn_failed_workers=True,
        respawn_interval=0.1,
        workers_kill_timeout=8,
        log_level=LogLevels.warning,
        log_dictconfig={"loggers": {"_granian": {"handlers": [], "propagate": True}}},  # into byname's own journal
    )
    server.serve(target_loader=partial(_in_worker, application, os.getpid()), wrap_loader=False)
    return 0


def _in_worker(application: Any, parent: int) -> Callable[..., Any]:
    # Called first thing in each worker. A worker without its main process would serve on for ever, unseen.
    machine.die_with_parent(signal.SIGKILL, parent)
    loaded: Callable[..., Any] = application
    return loaded


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
