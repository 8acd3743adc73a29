from django.apps import AppConfig


class PropertyConfig(AppConfig):
    name = "property"

    def ready(self) -> None:
        from community import history, home, nav, reveal, today
        from community.access import Permission
        from property import menu
        from property.today import asks

        today.register(asks)
        nav.register(menu.entries)
        home.register(menu.tiles)
        reveal.register("property.voucher", {"payee"}, Permission.BOOKS_VIEW)
        history.register(menu.WORDS_OF_THE_RECORD)
