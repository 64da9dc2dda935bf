from django.apps import AppConfig

from rapport.lib import navigation
from rapport.lib.navigation import Entry


class NotificationsConfig(AppConfig):
    name = "rapport.notifications"
    label = "notifications"

    def ready(self) -> None:
        navigation.add("you", Entry("Notifications", "notifications:preferences", "bell", order=20))
        navigation.add("palette", Entry("Notifications", "notifications:list", "bell"))
