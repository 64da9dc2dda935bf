"""Linters, formatting, types, order of imports, missing migrations: all of them, even when one complains."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
CHECKS = {
    "ruff": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "imports": ["lint-imports", "--no-cache"],
    "types": ["mypy"],
    "migrations": ["rapport", "makemigrations", "--check", "--dry-run"],
}


def main() -> int:
    """Run all checks side by side and print those that fail; the exit status counts them."""
    with tempfile.TemporaryDirectory(prefix="rapport-check-") as folder:
        Path(folder).chmod(0o755)
        environ = {**os.environ, "RAPPORT_DATA_DIR": folder}
        running = {
            name: subprocess.Popen(
                [str(BIN / command[0]), *command[1:]], cwd=ROOT, env=environ, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )
            for name, command in CHECKS.items()
        }  # fmt: skip
        failed = 0
        for name, process in running.items():
            output, _ = process.communicate()
            failed += process.returncode != 0
            print(f"{name}: {'ok' if process.returncode == 0 else 'FAILED'}", flush=True)
            if process.returncode:
                print(output)
    return failed


if __name__ == "__main__":
    sys.exit(main())
