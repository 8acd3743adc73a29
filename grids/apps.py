from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GridsConfig(AppConfig):
    name = "grids"

    def ready(self) -> None:
        from community import history, home, messages, nav, personal, retention, reveal, today
        from community.access import Permission
        from core import daily
        from grids import answers, exports, forgetting, menu, search
        from grids import personal as kept
        from grids import today as care_today
        from grids.own import home_of

        history.register(
            {
                "place_added": _("登记了新的地点"),
                "place_changed": _("修改了地点信息"),
                "grid_limits_changed": _("调整了网格的户数范围"),
                "work_group_changed": _("改了工作群的地址"),
                "work_group_tested": _("试发了工作群消息"),
                "building_assigned": _("调整了所属网格"),
                "area_changed": _("修改了房屋面积"),
                "owner_group_added": _("登记了业主"),
                "owner_group_changed": _("修改了业主信息"),
                "owner_groups_joined": _("合并了两户业主"),
                "owner_added": _("登记了产权人"),
                "owner_changed": _("修改了产权人信息"),
                "owner_removed": _("撤下了产权人"),
                "dwelling_given": _("登记了房屋的业主"),
                "dwelling_taken": _("结束或撤销了房屋的产权"),
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
                "proposal_made": _("提出了更正"),
                "proposal_withdrawn": _("撤回了更正"),
                "proposal_accepted": _("核对后按提出的改了"),
                "proposal_declined": _("核对后没有改"),
                "consent_given": _("表示同意"),
                "consent_withdrawn": _("撤回了同意"),
                "erasure_asked": _("要求删除资料"),
                "erasure_withdrawn": _("撤回了删除要求"),
                "erasure_done": _("删除了资料"),
                "erasure_declined": _("没有删除资料"),
                "care_set": _("列为关爱对象"),
                "care_changed": _("修改了关爱标签"),
                "care_ended": _("不再列为关爱对象"),
                "paired": _("结了对"),
                "pairing_ended": _("结束了结对"),
                "found_by_number": _("凭完整号码查到了"),
                "roster_sent": _("上传了花名册"),
                "roster_given_up": _("放弃了花名册"),
                "roster_said_full": _("说明了花名册是不是全册"),
                "roster_heading_kept": _("记住了花名册的栏目"),
                "roster_heading_forgotten": _("忘掉了花名册的栏目"),
                "roster_doubt_mended": _("改好了花名册里的一行"),
                "roster_doubt_dismissed": _("花名册里的一行不用处理"),
                "roster_applied": _("按花名册登记或更新"),
                "register_exported": _("导出了名册的完整信息"),
                "read_in_export": _("随名册导出了完整信息"),
            }
        )
        sensitive = {"phone", "id_number", "birth_date"}
        reveal.register("grids.resident", sensitive, Permission.HOUSEHOLD_VIEW, household=home_of)
        reveal.register("grids.caretag", {"evidence"}, Permission.CARE_MANAGE)
        reveal.register("grids.household", {"phone"}, Permission.HOUSEHOLD_VIEW)
        reveal.register("grids.proposal", {"before", "after"}, Permission.HOUSEHOLD_EDIT)
        history.register_readings("found_by_number", "read_in_export")
        personal.register("grids", kept.ROOM)
        retention.register(*forgetting.RULES)
        nav.register_account(menu.account)
        answers.register()
        today.register(care_today.cared, care_today.say)
        told = ("proposal_", "erasure_", "household_moved", "building_assigned", "paired")
        messages.register("register", _("住户登记"), kinds=told)
        reveal.register("grids.owner", {"phone", "id_number"}, Permission.OWNERS_VIEW)
        reveal.register("grids.ownership", {"deed"}, Permission.OWNERS_VIEW)
        nav.register(menu.entries)
        home.register(menu.tiles)
        search.register()
        daily.register("registers exported yesterday", exports.forget_old)
        nav.register_search(search.address)
