"""The table of Django's database cache: rate limits of sign-in and what can be undone, for all processes and nodes."""

from django.db import migrations

CREATE = """
CREATE TABLE IF NOT EXISTS rapport_cache (
    cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamp with time zone NOT NULL);
CREATE INDEX IF NOT EXISTS rapport_cache_expires ON rapport_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, "DROP TABLE IF EXISTS rapport_cache")]
