"""What the tests of imports share: a folder for files, and running imports to their end."""

from collections.abc import Callable, Sequence
from io import BytesIO

import pytest

from rapport.accounts.models import User
from rapport.intake import operations
from rapport.intake.models import Import

TOKEN = "test"


@pytest.fixture(autouse=True)
def files_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def work_until_done(item: Import) -> Import:
    """Let the loop work until it finds nothing to do, and read the import again."""
    while operations.work(token=TOKEN):
        continue
    item.refresh_from_db()
    return item


def start_csv(user: User, text: str | bytes, mapping: Sequence[str] = (), **options) -> Import:
    """A CSV import that is running, by its guessed columns unless others are given."""
    content = text.encode() if isinstance(text, str) else text
    item = operations.create_csv_import(actor=user.actor, name="people.csv", file=BytesIO(content))
    operations.save_mapping(actor=user.actor, import_id=item.id, mapping=mapping or item.mapping, options=options)
    return operations.start_import(actor=user.actor, import_id=item.id)


@pytest.fixture
def import_csv(rita: User) -> Callable[..., Import]:
    return lambda text, mapping=(), **options: work_until_done(start_csv(rita, text, mapping, **options))
