"""A PostgreSQL of the tests' own: Debian's package, in a temporary folder, reached by a socket in it, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=", "max_connections=40")


@contextmanager
def postgresql() -> Iterator[str]:
    """Run a server while the block runs; gives the URL of its database ``postgres``."""
    programs = _programs()
    # it refuses to run as root
    owner = pwd.getpwnam("postgres" if _exists("postgres") else "nobody") if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    data, log = folder / "data", folder / "log"
    try:
        if owner is not None:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        _run(owner, programs / "initdb", "-D", data, "-A", "trust", "-U", "smtpbot", "-E", "UTF8", "--no-sync")
        options = " ".join(["-k", str(folder), *(f"-c {setting}" for setting in QUICK)])
        _run(owner, programs / "pg_ctl", "start", "-D", data, "-l", log, "-w", "-o", options)
        try:
            yield f"postgresql://smtpbot@/postgres?host={quote(str(folder))}"
        finally:
            _run(owner, programs / "pg_ctl", "stop", "-D", data, "-m", "immediate", "-w")
    finally:
        shutil.rmtree(folder)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("pg_ctl")
    assert elsewhere, "PostgreSQL is missing: apt-get install postgresql (make test does it)"
    return Path(elsewhere).resolve().parent


def _exists(name: str) -> bool:
    return any(entry.pw_name == name for entry in pwd.getpwall())


def _run(owner: pwd.struct_passwd | None, *command: object) -> None:
    who = {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    done = subprocess.run(
        [str(part) for part in command], cwd="/", env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}, check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **who,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
