"""Mailboxes, templates, messages and suppressions."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import rapport.lib.ids
import rapport.mail.models.mailboxes


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.UUIDField(default=rapport.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("thread_id", models.UUIDField()),
                ("direction", models.CharField(choices=[("out", "Outgoing"), ("in", "Incoming")], max_length=3)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("queued", "Waiting to be sent"),
                            ("in_flight", "Being sent"),
                            ("sent", "Sent"),
                            ("unclear", "Unclear"),
                            ("failed", "Failed"),
                            ("received", "Received"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reply", "Reply"),
                            ("auto_reply", "Automatic answer"),
                            ("bounce", "Bounce"),
                            ("complaint", "Complaint"),
                            ("other", "Other"),
                        ],
                        max_length=10,
                    ),
                ),
                ("message_id", models.TextField()),
                ("in_reply_to", models.TextField(blank=True)),
                (
                    "references",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                ("from_address", models.CharField(max_length=320)),
                ("from_name", models.CharField(blank=True, max_length=200)),
                ("to_address", models.CharField(max_length=320)),
                ("to_name", models.CharField(blank=True, max_length=200)),
                ("subject", models.TextField(blank=True)),
                ("preview", models.CharField(blank=True, max_length=200)),
                ("subjects", models.JSONField(default=dict)),
                ("is_bulk", models.BooleanField(default=False)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("state_note", models.TextField(blank=True)),
                ("has_attachments", models.BooleanField(default=False)),
                ("storage_name", models.CharField(blank=True, max_length=120)),
                ("created_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("in_flight_at", models.DateTimeField(blank=True, null=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("received_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Mailbox",
            fields=[
                (
                    "id",
                    models.UUIDField(default=rapport.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("address", models.EmailField(max_length=320)),
                ("display_name", models.CharField(blank=True, max_length=120)),
                ("signature", models.TextField(blank=True)),
                ("smtp_host", models.CharField(max_length=253)),
                ("smtp_port", models.PositiveIntegerField(default=587)),
                (
                    "smtp_security",
                    models.CharField(
                        choices=[
                            ("ssl", "SSL/TLS from the start"),
                            ("starttls", "STARTTLS"),
                            ("plain", "None (trusted network only)"),
                        ],
                        default="starttls",
                        max_length=8,
                    ),
                ),
                ("smtp_user", models.CharField(blank=True, max_length=320)),
                ("smtp_password", models.TextField(blank=True)),
                ("imap_host", models.CharField(blank=True, max_length=253)),
                ("imap_port", models.PositiveIntegerField(default=993)),
                (
                    "imap_security",
                    models.CharField(
                        choices=[
                            ("ssl", "SSL/TLS from the start"),
                            ("starttls", "STARTTLS"),
                            ("plain", "None (trusted network only)"),
                        ],
                        default="ssl",
                        max_length=8,
                    ),
                ),
                ("imap_user", models.CharField(blank=True, max_length=320)),
                ("imap_password", models.TextField(blank=True)),
                (
                    "imap_folders",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        default=rapport.mail.models.mailboxes.inbox_only,
                        size=None,
                    ),
                ),
                ("verify_certificate", models.BooleanField(default=True)),
                ("takes_plus_addresses", models.BooleanField(default=False)),
                ("daily_cap", models.PositiveIntegerField(default=200)),
                ("pace_per_minute", models.PositiveIntegerField(default=20)),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "Active"), ("paused", "Paused"), ("failing", "Failing")],
                        default="active",
                        max_length=8,
                    ),
                ),
                ("last_error", models.TextField(blank=True)),
                ("last_error_at", models.DateTimeField(blank=True, null=True)),
                ("last_fetched_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["address"],
            },
        ),
        migrations.CreateModel(
            name="MailboxFolder",
            fields=[
                (
                    "id",
                    models.UUIDField(default=rapport.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=200)),
                ("uid_validity", models.BigIntegerField(default=0)),
                ("last_uid", models.BigIntegerField(default=0)),
                (
                    "mailbox",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="folders",
                        to="mail.mailbox",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MessageBody",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="body",
                        serialize=False,
                        to="mail.message",
                    ),
                ),
                ("text", models.TextField(blank=True)),
                ("full_text", models.TextField(blank=True)),
                ("html", models.TextField(blank=True)),
            ],
        ),
        migrations.AddField(
            model_name="message",
            name="mailbox",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mail.mailbox"
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="sent_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="DeliveryEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(default=rapport.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("bounced", "Bounced"),
                            ("complained", "Complained"),
                            ("replied", "Replied"),
                            ("auto_replied", "Answered automatically"),
                            ("opened", "Opened"),
                            ("clicked", "Clicked"),
                            ("unsubscribed", "Unsubscribed"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[("human", "A person"), ("machine", "A machine"), ("unsure", "Unsure")],
                        default="unsure",
                        max_length=7,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("data", models.JSONField(default=dict)),
                ("occurred_at", models.DateTimeField()),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="mail.message",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                (
                    "id",
                    models.UUIDField(default=rapport.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("address", models.CharField(max_length=320)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("hard_bounce", "The address does not exist"),
                            ("complaint", "Marked our mail as spam"),
                            ("unsubscribed", "Asked for no more mail"),
                            ("manual", "Put here by a colleague"),
                        ],
                        max_length=12,
                    ),
                ),
                ("evidence", models.TextField(blank=True)),
                ("since", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="mail.message",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Template",
            fields=[
                (
                    "id",
                    models.UUIDField(default=rapport.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=120)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("first_contact", "First contact"),
                            ("follow_up", "Follow-up"),
                            ("nurture", "Keeping in touch"),
                            ("event", "Event"),
                            ("application", "Application received"),
                            ("status", "Status update"),
                            ("delay", "Delay with a new date"),
                            ("interview", "Interview"),
                            ("rejection", "Rejection"),
                            ("offer", "Offer"),
                            ("referral", "Referral"),
                            ("consent", "Consent"),
                            ("other", "Other"),
                        ],
                        default="first_contact",
                        max_length=16,
                    ),
                ),
                ("role_family", models.CharField(blank=True, max_length=80)),
                ("department", models.CharField(blank=True, max_length=120)),
                ("language_code", models.CharField(default="en", max_length=8)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        condition=models.Q(("archived_at", None)),
                        name="mail_template_name_unique",
                    ),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="mail_template_named"),
                ],
            },
        ),
        migrations.CreateModel(
            name="TemplateVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(default=rapport.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveIntegerField()),
                ("subject", models.TextField()),
                ("body", models.TextField()),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="mail.template",
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
            },
        ),
        migrations.AddField(
            model_name="message",
            name="template_version",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="mail.templateversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailbox",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("address"), name="mail_mailbox_address_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="mailbox",
            constraint=models.CheckConstraint(
                condition=models.Q(("imap_port__range", (1, 65535)), ("smtp_port__range", (1, 65535))),
                name="mail_mailbox_ports",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailbox",
            constraint=models.CheckConstraint(
                condition=models.Q(("daily_cap__gt", 0), ("pace_per_minute__gt", 0)), name="mail_mailbox_pace_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="mailbox",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["active", "paused", "failing"])), name="mail_mailbox_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="mailboxfolder",
            constraint=models.UniqueConstraint(fields=("mailbox", "name"), name="mail_mailboxfolder_once"),
        ),
        migrations.AddIndex(
            model_name="deliveryevent",
            index=models.Index(fields=["message", "id"], name="mail_deliveryevent_by_message"),
        ),
        migrations.AddConstraint(
            model_name="suppression",
            constraint=models.UniqueConstraint(fields=("address",), name="mail_suppression_address_unique"),
        ),
        migrations.AddConstraint(
            model_name="suppression",
            constraint=models.CheckConstraint(
                condition=models.Q(("address", ""), _negated=True), name="mail_suppression_has_address"
            ),
        ),
        migrations.AddConstraint(
            model_name="templateversion",
            constraint=models.UniqueConstraint(
                fields=("template", "number"), name="mail_templateversion_number_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="templateversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gt", 0)), name="mail_templateversion_number_positive"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["thread_id", "id"], name="mail_message_by_thread"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state", "queued")), fields=["mailbox", "due_at"], name="mail_message_queue"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state", "in_flight")), fields=["in_flight_at"], name="mail_message_in_flight"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                models.OrderBy(models.F("received_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("direction", "in"), ("done_at", None), ("kind", "reply")),
                name="mail_message_inbox",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(condition=models.Q(("state", "unclear")), fields=["id"], name="mail_message_unclear"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                models.F("to_address"),
                models.OrderBy(models.F("sent_at"), descending=True),
                condition=models.Q(("direction", "out"), ("state", "sent")),
                name="mail_message_sent_to",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                models.F("mailbox"),
                models.OrderBy(models.F("sent_at"), descending=True),
                condition=models.Q(("direction", "out"), ("state", "sent")),
                name="mail_message_sent_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                fields=("message_id", "direction", "mailbox"), name="mail_message_id_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("direction", "in"), ("state", "received")),
                    models.Q(
                        ("direction", "out"),
                        ("state__in", ["draft", "queued", "in_flight", "sent", "unclear", "failed"]),
                    ),
                    _connector="OR",
                ),
                name="mail_message_state_fits",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("message_id", ""), _negated=True), name="mail_message_has_id"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("direction", "in"), _negated=True), ("received_at__isnull", False), _connector="OR"
                ),
                name="mail_message_received_dated",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "queued"), _negated=True), ("due_at__isnull", False), _connector="OR"
                ),
                name="mail_message_queued_dated",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "in_flight"), _negated=True), ("in_flight_at__isnull", False), _connector="OR"
                ),
                name="mail_message_in_flight_dated",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "sent"), _negated=True), ("sent_at__isnull", False), _connector="OR"
                ),
                name="mail_message_sent_dated",
            ),
        ),
    ]
