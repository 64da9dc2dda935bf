from django.apps import AppConfig

from rapport.lib import navigation


class MailConfig(AppConfig):
    name = "rapport.mail"
    label = "mail"

    def ready(self) -> None:
        from rapport.mail import activities, permissions  # noqa: F401 - declares verbs and capabilities

        navigation.add(
            "main",
            navigation.Entry(
                "Inbox", "mail:inbox", "inbox", order=20, capability="mail.view", match="mail:inbox", on_phone=True
            ),
        )
        navigation.add(
            "settings",
            navigation.Entry(
                "Mailboxes",
                "mail:mailboxes",
                "mails",
                order=30,
                capability="mail.own_mailbox",
                match="mail:mailbox mail:domain mail:provider mail:service",
            ),
        )
        navigation.add(
            "settings",
            navigation.Entry(
                "Templates",
                "mail:templates",
                "file-text",
                order=40,
                capability="mail.view",
                match="mail:template mail:snippet",
            ),
        )
        navigation.add(
            "settings",
            navigation.Entry(
                "Letterhead",
                "mail:letterhead",
                "palette",
                order=45,
                capability="mail.letterhead",
                match="mail:letterhead",
            ),
        )
        navigation.add(
            "settings",
            navigation.Entry(
                "Suppressed addresses",
                "mail:suppressions",
                "mail-minus",
                order=50,
                capability="mail.view",
                match="mail:suppression",
            ),
        )
