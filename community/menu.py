"""The community's own entries of the navigation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.access import Permission
from community.nav import Entry

if TYPE_CHECKING:
    from community.models import User


def main(user: User) -> list[Entry]:
    """Today for those with duties, the first page for the others; one's notices."""
    duty = user.scope.may(Permission.TODAY)
    first = (
        Entry(_("今日"), reverse("community:today"), "calendar-check", order=0)
        if duty
        else Entry(_("首页"), reverse("community:home"), "house", order=0)
    )
    return [first, Entry(_("提醒"), reverse("community:notices"), "bell", order=90)]


def account(user: User) -> list[Entry]:
    """One's home, the work of the office, and one's account."""
    scope = user.scope
    entries = [Entry(_("账号安全"), reverse("mfa_index"), "shield-lock", order=90)]
    entries.append(Entry(_("带走我的资料"), reverse("community:my_data"), "download", order=80))
    entries.append(Entry(_("怎么告诉我"), reverse("community:messages"), "envelope", order=70))
    if scope.may(Permission.MESSAGES_MANAGE):
        entries.append(Entry(_("工作群和没送到的消息"), reverse("community:messages_office"), "megaphone", order=42))
    if scope.households and scope.may(Permission.TODAY):
        entries.append(Entry(_("我家"), reverse("community:mine"), "house", order=10))
    if scope.may(Permission.LETTER_ISSUE):
        entries.append(Entry(_("开通信"), reverse("community:letters"), "envelope-paper", order=40))
    if scope.may(Permission.APPOINT):
        entries.append(Entry(_("任命"), reverse("community:appointments"), "person-badge", order=41))
    return entries
