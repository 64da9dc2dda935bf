from django.apps import AppConfig

from rapport.lib import navigation


class CandidatesConfig(AppConfig):
    name = "rapport.candidates"
    label = "candidates"

    def ready(self) -> None:
        from rapport.activity import hiding
        from rapport.candidates.correspondents import find_by_address, who_now
        from rapport.candidates.queries import hides_tasks
        from rapport.candidates.reply_offers import offer_updates
        from rapport.mail import offers, people

        hiding.add_rule(hides_tasks)
        people.add_finder(find_by_address)
        people.add_follower(who_now)
        offers.add_source(offer_updates)
        navigation.add(
            "add",
            navigation.Entry("Candidate", "candidates:create", "user-plus", order=10, capability="candidates.edit"),
        )
