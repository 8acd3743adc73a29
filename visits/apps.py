from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitsConfig(AppConfig):
    name = "visits"

    def ready(self) -> None:
        from community import appointed, history, messages, nav, retention
        from community.access import Permission
        from community.personal import register as register_personal
        from core import daily
        from grids import departed, facade, moved
        from helpdesk import sides
        from visits import (
            appointments,
            departures,
            escalation,
            forgetting,
            laying,
            mediated,
            merging,
            personal,
            regridding,
        )
        from visits import facade as doors
        from visits import today as visits_today

        merging.register()
        sides.register_follow_up(mediated.ask_again)
        moved.register(regridding.react, regridding.foresee)
        departed.register(departures.react)
        facade.register(facade.Layer("visits", _("走访"), doors.layer, Permission.VISIT_VIEW, order=40))
        appointed.register(appointments.react)
        daily.register("visit_targets", laying.lay_missing)
        daily.register("visit_walkers", appointments.catch_up)
        daily.register("findings overdue", escalation.escalate)
        visits_today.register()
        walks = ("visits_", "doors_", "card_", "finding_", "campaign_", "late_report")
        messages.register("visits", _("走访"), kinds=walks, staff=True)
        register_personal("visits", personal.ROOM)
        retention.register(*forgetting.RULES)
        nav.register(visits_today.entries)
        history.register(
            {
                "campaign_opened": _("开始了一季走访"),
                "campaign_laid": _("安排好了一季走访"),
                "campaign_taken_up": _("接着安排一季走访"),
                "campaign_closed": _("结束了一季走访"),
                "target_handed_over": _("换了人去走访"),
                "visit_recorded": _("走访了这一户"),
                "finding_raised": _("走访时记下一个问题"),
                "finding_requested": _("把走访问题转成了诉求"),
                "finding_fixed": _("处理好了走访问题"),
                "finding_handed": _("把走访问题交给别人办"),
                "finding_escalated": _("走访问题过期没反馈，已经提醒"),
                "finding_feedback": _("把处理结果告诉了家里"),
                "card_issued": _("在门下留了一张核对卡片"),
                "card_answered": _("住户凭卡片核对了信息"),
                "card_void": _("门下的卡片作废了"),
                "round_sheet_printed": _("打印了一张走访表"),
                "round_sheet_typed": _("录入了一张走访表"),
                "sample_drawn": _("抽了几次走访来回访"),
                "visit_rechecked": _("打电话回访了一次走访"),
                "visitor_talked_to": _("和走访人谈了谈"),
                "target_added": _("安排人再去走访"),
                "conflict_settled": _("定下了以哪个为准"),
                "late_report_kept": _("送来了迟到的走访"),
                "late_report_taken": _("收下了迟到的走访"),
                "late_report_declined": _("没有收下迟到的走访"),
            }
        )
