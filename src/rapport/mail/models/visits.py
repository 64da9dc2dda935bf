"""Links that were followed just now, until the worker has told who followed them."""

from django.db import models

from rapport.lib.ids import new_id


class LinkVisit(models.Model):
    """One request for a link of a message, as it came; gone within seconds, and the visitor's program with it.

    Written while somebody waits for a page: no foreign key is looked up, and the only index is that of the order.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message_id = models.UUIDField()
    url = models.TextField()
    method = models.CharField(max_length=8)
    program = models.TextField(blank=True)
    purpose = models.TextField(blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.url
