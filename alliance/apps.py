from django.apps import AppConfig


class AllianceConfig(AppConfig):
    name = "alliance"

    def ready(self) -> None:
        from alliance.activities import menu as activities
        from alliance.advice import menu as advice
        from alliance.partners import menu as partners

        for room in (partners, activities, advice):
            room.register()
