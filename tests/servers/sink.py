"""Postfix's smtp-sink: a server that takes everything at full speed and writes it down."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
PROGRAM = shutil.which("smtp-sink", path=PLACES)


class Sink:
    """smtp-sink on a free port of loopback; `message_ids` reads what it has taken once it has stopped."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.folder = Path(tempfile.mkdtemp(prefix="rapport-sink-"))

    @staticmethod
    def is_installed() -> bool:
        return PROGRAM is not None

    def __enter__(self) -> Self:
        user = []
        if os.geteuid() == 0:  # it refuses to write as root
            shutil.chown(self.folder, "nobody")
            user = ["-u", "nobody"]
        self.process = subprocess.Popen(
            [str(PROGRAM), *user, "-D", str(self.folder / "all"), f"127.0.0.1:{self.port}", "256"],
            cwd=self.folder, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.05)
        raise RuntimeError("smtp-sink does not answer")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def message_ids(self) -> list[str]:
        """The Message-IDs of everything taken, in order, without angle brackets."""
        path = self.folder / "all"
        taken = path.read_bytes() if path.exists() else b""
        return [found.decode() for found in re.findall(rb"(?m)^Message-ID:\s*<([^>]+)>", taken)]
