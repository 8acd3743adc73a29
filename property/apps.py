from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PropertyConfig(AppConfig):
    name = "property"

    def ready(self) -> None:
        from community import history, home, messages, nav, retention, reveal
        from community.access import Permission
        from property import menu
        from property import today as books_today
        from property.budget import today as budget_today
        from property.counts import today as counts_today
        from property.fees import menu as fees_menu
        from property.fees import merging as fees_merging
        from property.fees import personal as fees_personal
        from property.fees import today as fees_today
        from property.handover import today as handover_today
        from property.proofs import personal as proofs_personal
        from property.publication import menu as publication_menu
        from property.publication import today as publication_today
        from property.recurring import today as recurring_today
        from property.reimbursing import today as reimbursing_today
        from property.statements import forgetting as statements_forgetting
        from property.statements import menu as statements_menu
        from property.statements import today as statements_today

        books_today.register()
        for room in (recurring_today, counts_today, budget_today, handover_today, reimbursing_today):
            room.register()
        messages.register("estate", _("自管会和公开账目"), kinds=("voucher_", "publication_", "fees_", "budget_"))
        for room in (publication_today, fees_today, statements_today):
            room.register()
        nav.register(menu.entries)
        nav.register(publication_menu.entries)
        nav.register(fees_menu.entries)
        home.register(publication_menu.tiles)
        home.register(fees_menu.tiles)
        reveal.register("property.voucher", {"payee"}, Permission.BOOKS_VIEW)
        reveal.register(
            "property.statementrow", {"counterparty", "remark"}, Permission.VOUCHER_SETTLE, Permission.BOOKS_AUDIT
        )
        publication_menu.register()
        proofs_personal.register()
        fees_personal.register()
        fees_merging.register()
        history.register_readings("paper_opened")
        history.keep_apart("property")
        history.register(menu.WORDS_OF_THE_RECORD | publication_menu.WORDS_OF_THE_RECORD)
        history.register(fees_menu.WORDS_OF_THE_RECORD)
        history.register(statements_menu.WORDS_OF_THE_RECORD)
        retention.register(*statements_forgetting.RULES)
