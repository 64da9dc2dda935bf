"""When each wish was said: the latest of an address decides."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mail", "0011_mailbox_watch")]
    operations = [
        migrations.AddField(model_name="wish", name="said_at", field=models.DateTimeField(null=True)),
    ]
