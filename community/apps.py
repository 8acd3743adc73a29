from django.apps import AppConfig


class CommunityConfig(AppConfig):
    name = "community"

    def ready(self) -> None:
        from community import menu, nav

        nav.register(menu.main)
        nav.register_account(menu.account)
