from django.apps import AppConfig

from rapport.lib import navigation
from rapport.lib.navigation import Entry


class WorkspaceConfig(AppConfig):
    name = "rapport.workspace"
    label = "workspace"

    def ready(self) -> None:
        from rapport.flows.moving_in import taking_back
        from rapport.outreach import selection
        from rapport.workspace import candidate_list, notices

        notices.register()
        taking_back.register()
        selection.set_resolver(candidate_list.list_ids)
        navigation.add("main", Entry("Home", "workspace:home", "house", order=10, on_phone=True, keys="g h"))
        navigation.add(
            "main",
            Entry(
                "Candidates",
                "workspace:candidates",
                "users",
                order=30,
                capability="candidates.view",
                match="workspace:candidate candidates: intake: search:help",
                on_phone=True,
                keys="g c",
            ),
        )
        navigation.add(
            "main",
            Entry(
                "Pools",
                "workspace:pools",
                "layers",
                order=40,
                capability="candidates.view",
                match="workspace:pool workspace:tag",
                keys="g p",
            ),
        )
        navigation.add(
            "main",
            Entry(
                "Relationships",
                "workspace:relationships",
                "heart-handshake",
                order=45,
                capability="candidates.view",
                match="workspace:relationship",
                keys="g r",
            ),
        )
        navigation.add("palette", Entry("Tags", "workspace:tags", "tag", capability="candidates.view"))
