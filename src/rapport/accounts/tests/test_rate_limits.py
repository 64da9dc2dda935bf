"""The counts behind rate limits lie in the database: one for all processes; expired ones are forgotten."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection

from rapport.accounts.operations import forget_expired_limits
from rapport.lib import clock

# Another web process in small: the sign-in page asked by a client of its own, with the settings of the tests.
ELSEWHERE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django; django.setup()
from django.conf import settings; settings.ALLOWED_HOSTS = ["testserver"]
from django.db import connection; connection.settings_dict["NAME"] = sys.argv[1]
from django.test import Client
for _ in range(int(sys.argv[2])):
    print(Client().post("/account/login/", {"login": "emma@example.org", "password": "wrong"}).status_code)
"""


def try_elsewhere(times: int) -> list[str]:
    command = [sys.executable, "-W", "ignore", "-c", ELSEWHERE, connection.settings_dict["NAME"], str(times)]
    output = subprocess.run(command, env=os.environ, check=True, capture_output=True, text=True, timeout=120).stdout
    return output.split()


@pytest.mark.django_db(transaction=True)
def test_wrong_passwords_are_counted_over_processes(emma) -> None:
    cache.clear()
    try:
        assert try_elsewhere(3) == ["200", "200", "200"]
        assert try_elsewhere(3) == ["200", "200", "429"]
    finally:
        cache.clear()


@pytest.mark.django_db
def test_expired_counts_are_forgotten_and_others_stay() -> None:
    cache.set("over", [1.0], 60)
    cache.set("counting", [1.0], 600)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE rapport_cache SET expires = %s WHERE cache_key LIKE '%%over'", [clock.now() - timedelta(seconds=1)]
        )
    assert forget_expired_limits() == 1
    assert cache.get("counting") == [1.0]
