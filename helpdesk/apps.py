from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HelpdeskConfig(AppConfig):
    name = "helpdesk"

    def ready(self) -> None:
        from community import calendar, founding, history, home, messages, nav, retention, today
        from community.personal import register as register_personal
        from core import daily
        from grids import moved
        from helpdesk import (
            escalation,
            forgetting,
            groups,
            menu,
            outcome,
            personal,
            recounting,
            regridding,
            reminders,
            search,
        )
        from helpdesk import today as requests_today
        from helpdesk.actions import close_unrated, go_on_unanswered, seed_categories

        founding.register(seed_categories)
        daily.register("requests closed unrated", close_unrated)
        daily.register("reminders of requests", reminders.remind, every=timedelta(minutes=5))
        daily.register("reminders of what has ended", reminders.forget_ended)
        daily.register("late requests", escalation.escalate, every=timedelta(minutes=5))
        calendar.register(recounting.react)
        daily.register("questions that nobody answered", go_on_unanswered, every=timedelta(minutes=5))
        moved.register(regridding.react, regridding.foresee)
        today.register(requests_today.waiting, requests_today.say)
        messages.register("requests", _("诉求"), kinds=("request", "thanks", "story", "spot"))
        messages.register_group_kind("digest", _("每周简报"))
        messages.register_group_kind(groups.EMERGENCY, _("紧急的诉求"))
        messages.register_group_kind(groups.LATE, _("超期的诉求"))
        register_personal("helpdesk", personal.ROOM)
        retention.register(*forgetting.RULES)
        nav.register(menu.entries)
        home.register(menu.tiles)
        search.register()
        outcome.register()
        history.register(
            {
                "categories_seeded": _("设好了诉求类别"),
                "category_added": _("加了一个诉求类别"),
                "category_changed": _("改了诉求类别"),
                "rule_added": _("加了一条派单规则"),
                "rule_changed": _("改了派单规则"),
                "rule_moved": _("挪动了派单规则"),
                "rule_dropped": _("删掉了派单规则"),
                "reply_added": _("加了一段常用的话"),
                "reply_changed": _("改了常用的话"),
                "reply_dropped": _("删掉了常用的话"),
                "fixture_added": _("登记了公共设施"),
                "fixture_changed": _("改了公共设施的登记"),
                "fixture_retired": _("停用了公共设施的牌子"),
                "fixture_restored": _("重新用起公共设施的牌子"),
                "informant_read": _("看了保密诉求的提出人"),
                "request_log": _("提交了诉求"),
                "request_accept": _("受理了诉求"),
                "request_reject": _("没有受理诉求"),
                "request_decline": _("记下没有两家都同意调解"),
                "request_agreed": _("记下一家同意调解"),
                "agreement_printed": _("打印了调解协议"),
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
                "request_join": _("提了同一件事，跟着一起办"),
                "request_merge": _("把诉求并到了另一件"),
                "request_split": _("把并在一起的诉求拆了出来"),
                "request_ask_info": _("请本人补充诉求"),
                "request_answer": _("补充了诉求，接着办"),
                "request_answer_for": _("替本人补充了诉求"),
                "request_unanswered": _("诉求没有等到补充，接着办"),
                "request_ask_again": _("申请再请本人补充一次"),
                "request_ask_suspend": _("申请把诉求挂账"),
                "request_ask_extend": _("申请给诉求延期"),
                "request_refuse": _("没有同意诉求的申请"),
                "request_suspend": _("把诉求挂账"),
                "request_prolong": _("让诉求再挂一段时间"),
                "request_resume": _("让挂账的诉求接着办"),
                "request_extend": _("给诉求延期"),
                "request_refer": _("把诉求转给了别的单位"),
                "request_checked": _("去问了转出去的诉求"),
                "request_take_back": _("把转出去的诉求拿了回来"),
                "request_report_back": _("报告了别的单位办的结果"),
                "request_reassign": _("把诉求换人来办"),
                "request_hand_on": _("请别人接着跟诉求"),
                "request_unhelped": _("不再帮着办诉求"),
                "request_recall": _("把诉求收回来重新派"),
                "request_reopen": _("重新办理诉求"),
                "request_appointed": _("约好了上门的时间"),
                "request_rebooked": _("改了上门的时间"),
                "request_called_off": _("取消了上门的约定"),
                "request_remark": _("补充了诉求"),
                "request_note": _("写了诉求的内部备注"),
                "api_key_opened": _("给别的系统开了接口钥匙"),
                "api_key_revoked": _("停用了一把接口钥匙"),
                "request_recounted": _("日历改了，诉求的期限重新算过"),
                "request_escalated": _("诉求过了期限，已经往上报"),
                "request_moved": _("楼幢换了网格，诉求跟着转过去"),
            }
        )
