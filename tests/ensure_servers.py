"""Real servers for the tests: Dovecot (IMAP), Postfix's smtp-sink, PostgreSQL; from the system's packages where missing."""

import os
import shutil
import subprocess
import sys
from glob import glob

PROGRAMS = {"dovecot": "dovecot-imapd", "smtp-sink": "postfix", "postgres": "postgresql"}


def missing() -> list[str]:
    """The packages whose program is not here."""
    folders = [os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", *glob("/usr/lib/postgresql/*/bin")]
    return [
        package for program, package in PROGRAMS.items() if not shutil.which(program, path=os.pathsep.join(folders))
    ]


def main() -> int:
    if not missing():
        return 0
    if shutil.which("apt-get"):
        prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.call([*prefix, "apt-get", "update", "-qq"], env=environ)
        subprocess.call(
            [*prefix, "apt-get", "install", "-y", "-qq", *missing()], env=environ, stdout=subprocess.DEVNULL
        )
    if left := missing():
        sys.stderr.write(f"Tests with real servers will be skipped: {', '.join(left)} could not be installed.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
