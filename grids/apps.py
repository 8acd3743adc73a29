from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GridsConfig(AppConfig):
    name = "grids"

    def ready(self) -> None:
        from community import history, home, nav, reveal, today
        from community.access import Permission
        from core import daily
        from grids import menu, search
        from grids.rosters import uploads as roster_uploads
        from grids.today import asks

        daily.register("rosters nobody decided about", roster_uploads.forget_old)
        history.register(
            {
                "place_added": _("登记了新的地点"),
                "building_assigned": _("调整了所属网格"),
                "household_changed": _("修改了住户信息"),
                "resident_changed": _("修改了成员信息"),
                "member_added": _("登记了新成员"),
                "moved_in": _("有人搬来"),
                "moved_out": _("有人迁出"),
                "moved_here": _("从社区里别处搬来"),
                "moved_away": _("搬到社区里别处"),
                "born": _("出生"),
                "died": _("去世"),
                "head_changed": _("更换了户主"),
                "household_set_up": _("登记了新住户"),
                "household_left": _("这一户已经没有人住"),
                "split_here": _("分户过来"),
                "split_away": _("分户出去"),
                "joined_here": _("并户过来"),
                "joined_away": _("并到另一户"),
                "account_closed": _("停用了账号"),
                "account_moved": _("账号转到了新家"),
                "merged": _("合并了重复登记"),
                "merge_undone": _("撤销了合并"),
                "care_set": _("列为关爱对象"),
                "care_changed": _("修改了关爱标签"),
                "care_ended": _("不再列为关爱对象"),
                "paired": _("结了对"),
                "pairing_ended": _("结束了结对"),
                "found_by_number": _("凭完整号码查到了"),
                "roster_sent": _("上传了花名册"),
                "roster_given_up": _("放弃了花名册"),
                "roster_applied": _("按花名册登记或更新"),
            }
        )
        reveal.register("grids.resident", {"phone", "id_number", "birth_date"}, Permission.HOUSEHOLD_VIEW)
        reveal.register("grids.caretag", {"evidence"}, Permission.CARE_MANAGE)
        reveal.register("grids.household", {"phone"}, Permission.HOUSEHOLD_VIEW)
        today.register(asks)
        nav.register(menu.entries)
        home.register(menu.tiles)
        search.register()
        history.register_readings("found_by_number")
        nav.register_search(search.address)
