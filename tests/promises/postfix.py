"""A real Postfix of its own for a test: it relays to the door what comes for the reply domain, the rest elsewhere."""

from __future__ import annotations

import os
import shutil
import smtplib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.config.ground import free_port, wait_until

MISSING = (
    "Postfix is not installed (apt-get install postfix)"
    if shutil.which("postfix") is None
    else "only root can start a Postfix of its own"
    if os.geteuid() != 0
    else ""
)
_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file_prefixes = {folder}
maillog_file = {folder}/log
myhostname = mx.service.example
mydestination =
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtp_host_lookup = native
disable_dns_lookups = yes
default_transport = smtp:[127.0.0.1]:{mailboxes}
relayhost =
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
lmtp_connection_cache_on_demand = no
lmtp_connect_timeout = 5s
relay_domains = {domain}
transport_maps = inline:{{ {domain}={way}:inet:127.0.0.1:{door} }}
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access inline:{{ {domain}=reject_unverified_recipient }}, permit
unverified_recipient_reject_code = 550
unverified_recipient_reject_reason = Nobody reads letters to this address
address_verify_map =
"""


@dataclass(frozen=True)
class Relay:
    """A running Postfix."""

    folder: Path
    port: int

    def log(self) -> str:
        """What it has written down."""
        return (self.folder / "log").read_text(errors="replace")

    def is_empty(self) -> bool:
        """Whether it holds no letter any more."""
        queues = ("incoming", "active", "deferred", "maildrop")
        return not any(path.is_file() for name in queues for path in (self.folder / "queue" / name).rglob("*"))


@contextmanager
def relaying(folder: Path, domain: str, *, door: int, mailboxes: int, way: str = "lmtp") -> Iterator[Relay]:
    """Postfix on a free port; letters to the domain go to the door by `lmtp` or `smtp`, all others to the mailboxes."""
    port = free_port()
    for path in (folder, *folder.parents):
        if path.stat().st_mode & 0o001 == 0:
            path.chmod(path.stat().st_mode | 0o011)
    for name in ("queue", "data", "config"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    filled = {"folder": folder, "domain": domain, "door": door, "mailboxes": mailboxes, "port": port, "way": way}
    main = _MAIN.format(**filled)
    if way == "smtp":
        main = main.replace(f"smtp:inet:127.0.0.1:{door}", f"smtp:[127.0.0.1]:{door}")
    (folder / "config" / "main.cf").write_text(main)
    (folder / "config" / "master.cf").write_text(_MASTER.format(**filled))
    command = ["postfix", "-c", str(folder / "config")]
    subprocess.run([*command, "start"], check=True, capture_output=True, timeout=60)
    try:
        wait_until(lambda: _greets(port), 30)
        yield Relay(folder, port)
    finally:
        subprocess.run([*command, "abort"], check=False, capture_output=True, timeout=60)


def reload(relay: Relay) -> None:
    """The settings are read once more."""
    command = ["postfix", "-c", str(relay.folder / "config"), "reload"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def _greets(port: int) -> bool:
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=20):
            return True
    except (OSError, smtplib.SMTPException):
        return False
