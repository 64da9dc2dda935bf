"""The certificates of the machine: read once, and again when they have changed."""

import ssl
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.servers.certificates import write_certificate

from rapport.lib import trust


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A machine that trusts nobody yet."""
    file = tmp_path / "store.pem"
    file.touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    return file


def test_connections_that_open_at_once_share_one_reading(store, monkeypatch):
    read: list[ssl.SSLContext] = []
    made = ssl.create_default_context

    def count() -> ssl.SSLContext:
        read.append(made())
        return read[-1]

    monkeypatch.setattr(ssl, "create_default_context", count)
    with ThreadPoolExecutor(8) as pool:
        contexts = list(pool.map(lambda _: trust.trusting_context(), range(40)))
    assert len(read) == 1
    assert set(contexts) == set(read)
    assert contexts[0].verify_mode is ssl.CERT_REQUIRED
    assert contexts[0].check_hostname


def test_a_certificate_that_is_added_holds_from_the_next_connection_on(store, tmp_path):
    before = trust.trusting_context()
    store.write_bytes(write_certificate(tmp_path)[0].read_bytes())
    after = trust.trusting_context()
    assert before.cert_store_stats()["x509"] == 0
    assert after.cert_store_stats()["x509"] == 1
