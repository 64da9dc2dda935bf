"""rapport serve: the web server."""

import argparse
import errno
import os
import socket
import sys

from rapport.config import environment, lifeline, opening


def run(arguments: list[str]) -> int:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="rapport serve", description="Serve the web pages.")
    add_address(parser)
    workers = environment.number("WEB_WORKERS", 2, low=1, high=64)
    parser.add_argument("--workers", type=int, default=workers, metavar="N", help="web processes (%(default)s)")
    options = parser.parse_args(arguments)
    os.environ["RAPPORT_PORT"] = str(options.port)  # links lead there, unless RAPPORT_BASE_URL says otherwise
    # The supervisor has looked already; what it starts again may meet the last of its dead predecessor.
    trouble = "" if lifeline.VARIABLE in os.environ else why_not_listen(options.host, options.port)
    if trouble:
        sys.stderr.write(f"rapport: {trouble}\n")
        return 1
    # Worker processes inherit the environment; only this process watches the lifeline.
    lifeline.watch(lifeline.inherited())
    from django.conf import settings
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    if not settings.DATABASE_URL:
        opening.start_embedded(settings)
    os.environ.setdefault("RAPPORT_DATABASE_POOL", str(environment.number("WEB_THREADS", 4, low=1) + 2))
    Server(
        "rapport.config.wsgi:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=options.workers,
        blocking_threads=environment.number("WEB_THREADS", 4, low=1),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
    ).serve()
    return 0


def add_address(parser: argparse.ArgumentParser) -> None:
    """The words that say where to listen."""
    host, port = environment.text("HOST", "127.0.0.1"), environment.number("PORT", 8000, low=1, high=65535)
    parser.add_argument("--host", default=host, metavar="H", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", type=environment.port, default=port, metavar="P", help="port to listen on (%(default)s)"
    )


def why_not_listen(host: str, port: int) -> str:
    """Why the server could not take this address, or nothing. The server itself would share a port with another
    Rapport (SO_REUSEPORT), and each of them would get every second request."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"port {port} is taken by another program; end that, or choose another with RAPPORT_PORT={port + 1}"
        if error.errno == errno.EACCES:
            return f"this user may not listen on port {port}; choose one above 1023 with RAPPORT_PORT"
        return f"cannot listen on {host}, port {port}: {error.strerror or error}"
    return ""
