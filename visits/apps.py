from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "visits"

    def ready(self) -> None:
        from community import today
        from visits.today import asks

        today.register(asks)
