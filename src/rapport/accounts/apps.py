from django.apps import AppConfig

from rapport.lib import navigation
from rapport.lib.navigation import Entry


class AccountsConfig(AppConfig):
    name = "rapport.accounts"
    label = "accounts"

    def ready(self) -> None:
        from rapport.accounts import activities, permissions  # noqa: F401 - declares verbs and capabilities

        manage = "accounts.manage"
        for label, page, icon, order, match in (
            ("People", "accounts:people", "users-round", 10, "accounts:person"),
            ("Teams", "accounts:teams", "network", 12, "accounts:team"),
            ("Roles", "accounts:roles", "shield-user", 14, ""),
        ):
            navigation.add("settings", Entry(label, page, icon, order, capability=manage, match=match))
        navigation.add("you", Entry("Name and appearance", "accounts:own", "circle-user-round", 10))
        navigation.add("you", Entry("Sign-in and security", "mfa_index", "shield-check", 30, match="mfa_"))
        navigation.add(
            "you", Entry("Password", "account_change_password", "key-round", 40, match="account_set_password")
        )
