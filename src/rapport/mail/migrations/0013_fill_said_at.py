"""Wishes get the moment of their reply; who was interested asks for nothing any more, which is a wish from now on.

In batches, each its own transaction; may be run again. Going back leaves what was written: before, it was not looked at.
"""

from django.db import migrations
from django.db.models import OuterRef, Subquery

from rapport.lib.ids import new_id

BATCH = 2_000


def fill(apps, schema_editor):
    message, wish = apps.get_model("mail", "Message"), apps.get_model("mail", "Wish")
    said_at = Subquery(message.objects.filter(id=OuterRef("message_id")).values("received_at")[:1])
    while ids := list(wish.objects.filter(said_at=None).values_list("id", flat=True)[:BATCH]):
        wish.objects.filter(id__in=ids).update(said_at=said_at)
    interested = message.objects.filter(intent__kind="interested", wishes=None)
    while batch := list(interested.values_list("id", "from_address", "received_at")[:BATCH]):
        ended = {}
        for key, address in wish.objects.filter(ended_by_id__in=[row[0] for row in batch]).values_list(
            "ended_by_id", "address"
        ):
            ended.setdefault(key, set()).add(address)
        wish.objects.bulk_create(
            wish(id=new_id(), message_id=key, address=address, said_at=at)
            for key, sender, at in batch
            for address in sorted({sender, *ended.get(key, ())})
        )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("mail", "0012_wish_said_at")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
