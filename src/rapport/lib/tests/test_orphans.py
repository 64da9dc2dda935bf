"""A command that the worker has started ends when the worker is killed."""

import subprocess
import sys
import time

import psutil

CHILD = "import time; from rapport.lib.orphans import end_with_parent; end_with_parent(); print('here', flush=True); time.sleep(60)"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {CHILD!r}])"


def test_the_child_of_a_killed_process_ends() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"here\n"
        [child] = psutil.Process(parent.pid).children()

        parent.kill()

        deadline = time.monotonic() + 20
        while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < deadline
            time.sleep(0.1)
