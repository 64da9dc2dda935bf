"""The table of Django's database cache, which holds the rate limits of sign-in for all processes and nodes."""

from django.db import migrations

CREATE = """
CREATE TABLE IF NOT EXISTS accounts_cache (
    cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamp with time zone NOT NULL);
CREATE INDEX IF NOT EXISTS accounts_cache_expires ON accounts_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, "DROP TABLE IF EXISTS accounts_cache")]
