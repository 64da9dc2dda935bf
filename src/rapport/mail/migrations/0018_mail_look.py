from django.db import migrations, models

LOOK = {
    "choices": [("plain", "Plain"), ("branded", "Branded")],
    "default": "plain",
    "db_default": "plain",
    "max_length": 7,
}


class Migration(migrations.Migration):
    """A constant default: no table is written anew, however many messages there are."""

    dependencies = [
        ("mail", "0017_letterhead"),
    ]

    operations = [
        migrations.AddField(model_name="messagebody", name="look", field=models.CharField(**LOOK)),
        migrations.AddField(model_name="templateversion", name="look", field=models.CharField(**LOOK)),
        migrations.AddConstraint(
            model_name="templateversion",
            constraint=models.CheckConstraint(
                condition=models.Q(look__in=["plain", "branded"]), name="mail_templateversion_look_known"
            ),
        ),
    ]
