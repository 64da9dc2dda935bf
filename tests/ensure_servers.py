"""Real mail servers for the tests: Dovecot (IMAP) and Postfix's smtp-sink, from the system's packages where missing."""

import os
import shutil
import subprocess
import sys

PROGRAMS = {"dovecot": "dovecot-imapd", "smtp-sink": "postfix"}
PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


def missing() -> list[str]:
    """The packages whose program is not here."""
    return [package for program, package in PROGRAMS.items() if not shutil.which(program, path=PLACES)]


def main() -> int:
    if not missing():
        return 0
    if shutil.which("apt-get"):
        prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.call([*prefix, "apt-get", "update", "-qq"], env=environ)
        subprocess.call([*prefix, "apt-get", "install", "-y", "-qq", *missing()], env=environ, stdout=subprocess.DEVNULL)
    if left := missing():
        sys.stderr.write(f"Tests with real mail servers will be skipped: {', '.join(left)} could not be installed.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
