from django.apps import AppConfig

from rapport.lib import navigation
from rapport.lib.navigation import Entry


class IntakeConfig(AppConfig):
    name = "rapport.intake"
    label = "intake"

    def ready(self) -> None:
        from rapport.intake.reply_offers import look_for_resume, offer_resumes
        from rapport.mail import offers

        offers.add_look(look_for_resume)
        offers.add_source(offer_resumes)
        navigation.add(
            "add", Entry("Import résumés", "intake:upload_resumes", "file-up", order=30, capability="intake.import")
        )
        navigation.add("add", Entry("Import CSV", "intake:upload_csv", "table-2", order=31, capability="intake.import"))
        navigation.add(
            "palette", Entry("Imports", "intake:list", "import", order=60, match="intake:", capability="intake.import")
        )
