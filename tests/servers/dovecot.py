"""A real IMAP server for tests: Dovecot from Debian on loopback ports, with its own folder, users and certificate.

Runs as root (its processes then become `dovecot` and `dovenull`, mail belongs to `mail`) and as an ordinary user.
"""

import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

START_S = 15

CONFIG = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
info_log_path = {folder}/log
mail_location = maildir:{folder}/mail/%n
protocols = imap
listen = 127.0.0.1
disable_plaintext_auth = no
auth_mechanisms = plain login{token_mechanisms}
default_login_user = {login_user}
default_internal_user = {internal_user}
default_internal_group = {internal_group}
mail_uid = {mail_uid}
mail_gid = {mail_gid}
first_valid_uid = 0
first_valid_gid = 0
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
ssl_dh =
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users
}}
{token_passdb}
userdb {{
  driver = static
  args = uid={mail_uid} gid={mail_gid} home={folder}/mail/%n allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service auth {{
  user = {internal_user}
}}
service auth-worker {{
  user = {internal_user}
}}
"""

# Tokens are shown to the provider, which says whose they are.
TOKEN_PASSDB = """\
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2
}}
"""
TOKENS = """\
introspection_url = {introspect_url}
introspection_mode = post
username_attribute = username
active_attribute = active
active_value = true
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    """The running server. Users all exist from the start; their password is `password`."""

    folder: Path
    imap_port: int
    imaps_port: int
    host: str = "127.0.0.1"
    password: str = "correct horse"

    def client(self, user: str) -> imaplib.IMAP4:
        """A signed-in client of the standard library, for arranging what lies in a mailbox."""
        client = imaplib.IMAP4(self.host, self.imap_port, timeout=10)
        client.login(user, self.password)
        return client

    def put(self, user: str, message: bytes, folder: str = "INBOX") -> None:
        """Let a message arrive in a folder, which is made where it is missing."""
        client = self.client(user)
        try:
            if folder != "INBOX":
                client.create(folder)
            status, answer = client.append(folder, "", imaplib.Time2Internaldate(time.time()), message)
            assert status == "OK", answer
        finally:
            client.logout()

    def empty(self, user: str) -> None:
        """Throw away a user's mail; the folder comes back with another UIDVALIDITY."""
        shutil.rmtree(self.folder / "mail" / user, ignore_errors=True)


@contextmanager
def running(users: tuple[str, ...] = ("rita", "shared", "carl"), introspect_url: str = "") -> Iterator[Dovecot]:
    """Start Dovecot and stop it again; the test is skipped where it is not installed.

    With `introspect_url` people also sign in by XOAUTH2, with tokens that this address knows; their mail is that of the name
    before the @.
    """
    program = shutil.which("dovecot") or "/usr/sbin/dovecot"
    if not Path(program).exists():
        pytest.skip("Dovecot is not installed (Debian: apt-get install dovecot-imapd); mail in was NOT tested")
    folder = Path(tempfile.mkdtemp(prefix="rapport-imap-", dir="/tmp"))  # a short path, because of its sockets
    folder.chmod(0o755)
    server = Dovecot(folder, _free_port(), _free_port())
    _write_files(server, users, introspect_url)
    process = subprocess.Popen([program, "-F", "-c", str(folder / "conf")], stderr=subprocess.PIPE)
    try:
        _wait(server, process)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stderr is not None
        process.stderr.close()
        shutil.rmtree(folder, ignore_errors=True)


def _write_files(server: Dovecot, users: tuple[str, ...], introspect_url: str) -> None:
    folder = server.folder
    is_root = os.geteuid() == 0
    me, my_group = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
    mail_user = pwd.getpwnam("mail") if is_root else pwd.getpwuid(os.geteuid())
    settings = {
        "folder": folder, "imap_port": server.imap_port, "imaps_port": server.imaps_port,
        "login_user": "dovenull" if is_root else me, "internal_user": "dovecot" if is_root else me,
        "internal_group": "dovecot" if is_root else my_group, "mail_uid": mail_user.pw_uid, "mail_gid": mail_user.pw_gid,
        "token_mechanisms": " xoauth2" if introspect_url else "",
        "token_passdb": TOKEN_PASSDB.format(folder=folder) if introspect_url else "",
    }  # fmt: skip
    (folder / "conf").write_text(CONFIG.format(**settings))
    (folder / "oauth2").write_text(TOKENS.format(introspect_url=introspect_url))
    (folder / "users").write_text("".join(f"{user}:{{PLAIN}}{server.password}\n" for user in users))
    (folder / "mail").mkdir()
    _write_certificate(folder)
    if is_root:
        shutil.chown(folder / "mail", mail_user.pw_uid, mail_user.pw_gid)
        shutil.chown(folder / "users", "dovecot", "dovecot")
    (folder / "users").chmod(0o600)


def _write_certificate(folder: Path) -> None:
    """A certificate for localhost that nobody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )  # fmt: skip


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait(server: Dovecot, process: subprocess.Popen[bytes]) -> None:
    """Until it answers; what went wrong is in its log."""
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        if process.poll() is not None:
            assert process.stderr is not None
            raise RuntimeError(f"Dovecot ended at once: {process.stderr.read().decode()} {_log(server)}")
        try:
            imaplib.IMAP4(server.host, server.imap_port, timeout=2).logout()
            return
        except (OSError, imaplib.IMAP4.error):
            time.sleep(0.05)
    raise RuntimeError(f"Dovecot did not answer within {START_S} s: {_log(server)}")


def _log(server: Dovecot) -> str:
    path = server.folder / "log"
    return path.read_text()[-2_000:] if path.exists() else "no log"
