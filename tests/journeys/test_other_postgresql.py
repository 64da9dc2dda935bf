"""RAPPORT_DATABASE_URL: the product runs on a PostgreSQL that somebody else keeps, without being its superuser."""

import shutil
import urllib.request

import pytest

from tests.journeys.conftest import new_folder, start_product, stop_product
from tests.servers import postgres

pytestmark = pytest.mark.journey


def test_product_runs_on_another_postgresql_as_an_ordinary_role():
    programs = postgres.find_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed on this system")
    folder = new_folder()
    with postgres.running(programs) as url:
        product = start_product(folder, RAPPORT_DATABASE_URL=url)
        try:
            assert product.run("demo", "--candidates", "60", "--json").stdout.startswith('{"candidates": 60')
            found = product.run("doctor", "--json", check=False).stdout
            assert "given by RAPPORT_DATABASE_URL" in found
            assert '"check": "migrations", "state": "ok"' in found
            with urllib.request.urlopen(f"{product.address}/account/login/") as response:
                assert response.status == 200
            assert not (folder / "postgres").exists()
        finally:
            stop_product(product)
    shutil.rmtree(folder, ignore_errors=True)
