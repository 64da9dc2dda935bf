from django.apps import AppConfig

from rapport.lib import navigation


class OutreachConfig(AppConfig):
    name = "rapport.outreach"
    label = "outreach"

    def ready(self) -> None:
        from rapport.activity import hiding
        from rapport.mail import held_mail, surroundings
        from rapport.outreach.drafts import list_readers, values_of
        from rapport.outreach.holding import count_held
        from rapport.outreach.queries import hides_sequences

        surroundings.add_readers(surroundings.Readers(list_readers, values_of))
        held_mail.add_counter(count_held)
        hiding.add_rule(hides_sequences)
        navigation.add(
            "main",
            navigation.Entry(
                "Sequences",
                "outreach:list",
                "send",
                order=70,
                capability="outreach.view",
                match="outreach:",
                keys="g q",
            ),
        )
