from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommunityConfig(AppConfig):
    name = "community"

    def ready(self) -> None:
        from community import account_data, forgetting, history, menu, nav, personal, retention
        from core import daily

        nav.register(menu.main)
        nav.register_account(menu.account)
        personal.register("community", account_data.ROOM)
        retention.register(*forgetting.RULES)
        daily.register("what has had its time", retention.everywhere)
        history.register(
            {
                "reveal": _("查看了完整信息"),
                "community_founded": _("成立了社区"),
                "appoint": _("作了任命"),
                "end_appointment": _("结束了任命"),
                "issue_letter": _("开了信"),
                "hand_over_letter": _("当面交了信"),
                "void_letter": _("作废了信"),
                "redeem_letter": _("用信开通了账号"),
                "set_password": _("用信设了新密码"),
                "drop_second_factor": _("取消了两步验证"),
                "data_taken": _("下载了自己的资料"),
                "forgotten": _("删除了到期的资料"),
            }
        )
