from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HelpdeskConfig(AppConfig):
    name = "helpdesk"

    def ready(self) -> None:
        from community import founding, history, home, nav, today
        from community.personal import register as register_personal
        from core import daily
        from grids import moved
        from helpdesk import menu, personal, regridding, search
        from helpdesk.actions import close_unrated, seed_categories
        from helpdesk.today import asks

        founding.register(seed_categories)
        daily.register("requests closed unrated", close_unrated)
        moved.register(regridding.react, regridding.foresee)
        today.register(asks)
        register_personal("helpdesk", personal.ROOM)
        nav.register(menu.entries)
        home.register(menu.tiles)
        search.register()
        history.register(
            {
                "categories_seeded": _("设好了诉求类别"),
                "request_log": _("提交了诉求"),
                "request_accept": _("受理了诉求"),
                "request_reject": _("没有受理诉求"),
                "request_decline": _("记下没有两家都同意调解"),
                "request_agreed": _("记下一家同意调解"),
                "request_sided": _("写明了调解的另一家"),
                "request_dispatch": _("派了办理人"),
                "request_sign": _("签收了诉求"),
                "request_hand_back": _("退回了派单"),
                "request_reply": _("报告了办理结果"),
                "request_send_back": _("请办理人补办"),
                "request_resolve": _("审核通过了诉求"),
                "request_conclude": _("审核通过了调解"),
                "request_rate": _("评价了诉求"),
                "request_lapse": _("诉求满期未评，归档"),
                "request_withdraw": _("撤回了诉求"),
                "request_remark": _("补充了诉求"),
                "request_note": _("写了诉求的内部备注"),
                "request_moved": _("楼幢换了网格，诉求跟着转过去"),
            }
        )
