"""What was read from the originals of replies when they came, so that no page has to read them."""

from django.db import models

from rapport.mail.models.messages import Message


class Original(models.Model):
    """Of one reply: its signature as it stood, and what came along (`files`: a list of mail.files.SentFile, as JSON).

    The original itself is a file, `storage_name` of the message. Of replies from before there were such rows it is read
    when somebody looks at them, by the worker.
    """

    message = models.OneToOneField(Message, models.CASCADE, primary_key=True, related_name="original")
    signature = models.TextField(blank=True)
    files = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        return f"{len(self.files)} files of {self.message_id}"
