from django.apps import AppConfig


class StewardsConfig(AppConfig):
    name = "stewards"

    def ready(self) -> None:
        from stewards.duty import attendance_menu as attendance
        from stewards.duty import menu as duty
        from stewards.hours import menu as hours
        from stewards.jobs import menu as jobs
        from stewards.members import menu as members

        for room in (members, jobs, duty, attendance, hours):
            room.register()
