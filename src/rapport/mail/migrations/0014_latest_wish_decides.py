"""Whether a wish holds is read from when it was said, and no longer kept."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mail", "0013_fill_said_at")]
    operations = [
        migrations.AlterField(model_name="wish", name="said_at", field=models.DateTimeField()),
        migrations.RemoveIndex(model_name="wish", name="mail_wish_holds"),
        migrations.RemoveField(model_name="wish", name="ended_by"),
        migrations.AddIndex(
            model_name="wish", index=models.Index(fields=["address", "-said_at"], name="mail_wish_of_address")
        ),
    ]
