from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommunityConfig(AppConfig):
    name = "community"

    def ready(self) -> None:
        from datetime import timedelta

        from community import account_data, forgetting, history, menu, messages, nav, outbox, personal, retention
        from core import daily

        nav.register(menu.main)
        nav.register_account(menu.account)
        personal.register("community", account_data.ROOM)
        retention.register(*forgetting.RULES)
        daily.register("what has had its time", retention.everywhere)
        daily.register("messages", outbox.send_due, every=timedelta(minutes=1))
        messages.register("duties", _("任命和职务"), kinds=("appoint",), staff=True)
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
                "calendar_changed": _("改了工作日历"),
                "message_address_confirmed": _("留了收消息的邮箱"),
                "message_address_dropped": _("不再收邮件"),
                "messages_chosen": _("选了收哪些消息"),
                "message_group_added": _("接通了工作群"),
                "message_group_changed": _("改了工作群的设置"),
                "message_group_dropped": _("不再往工作群发消息"),
                "message_group_tested": _("试发了一条消息"),
                "message_sent_again": _("重新发了一条没送到的消息"),
            }
        )
