from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GridsConfig(AppConfig):
    name = "grids"

    def ready(self) -> None:
        from community import history, home, nav, reveal
        from community.access import Permission
        from core import daily
        from grids import menu
        from grids.rosters import uploads as roster_uploads

        daily.register("rosters nobody decided about", roster_uploads.forget_old)
        history.register(
            {
                "place_added": _("登记了新的地点"),
                "building_assigned": _("调整了所属网格"),
                "household_changed": _("修改了住户信息"),
                "resident_changed": _("修改了成员信息"),
                "member_added": _("登记了新成员"),
                "care_set": _("列为关爱对象"),
                "care_ended": _("不再列为关爱对象"),
                "roster_sent": _("上传了花名册"),
                "roster_given_up": _("放弃了花名册"),
                "roster_applied": _("按花名册登记或更新"),
            }
        )
        reveal.register("grids.resident", {"phone", "id_number", "birth_date"}, Permission.HOUSEHOLD_VIEW)
        reveal.register("grids.household", {"phone"}, Permission.HOUSEHOLD_VIEW)
        nav.register(menu.entries)
        home.register(menu.tiles)
