"""What kinds of request there are, and in what time each is to be done."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.rows import CommunityRow
from helpdesk.categories import MEDIATION, Group, LimitKind
from helpdesk.querysets import CategoryQuerySet


class Category(CommunityRow):
    """What kind of thing a request is, and in what time somebody signs for it and finishes it."""

    slug = models.SlugField(max_length=30)
    name = models.CharField(_("名称"), max_length=40)
    hint = models.CharField(_("举例"), max_length=80, blank=True)
    group = models.CharField(_("哪一组"), max_length=10, choices=Group.choices)
    icon = models.CharField(_("图标"), max_length=40)
    banner = models.TextField(_("先要告诉人的话"), max_length=300, blank=True)
    is_for_stewards = models.BooleanField(_("红管家可以办"), default=False)
    is_confidential = models.BooleanField(_("保密"), default=False, help_text=_("只有社区书记看得到。"))
    needs_secretary = models.BooleanField(_("是否受理由社区书记决定"), default=False)
    needs_photo = models.BooleanField(_("办完要有照片"), default=True)
    never_public = models.BooleanField(_("从不给邻居看"), default=False)
    sign_kind = models.CharField(_("签收时限的算法"), max_length=16, choices=LimitKind.choices)
    sign_amount = models.PositiveSmallIntegerField(_("签收时限"))
    finish_kind = models.CharField(_("办结时限的算法"), max_length=16, choices=LimitKind.choices)
    finish_amount = models.PositiveSmallIntegerField(_("办结时限"))
    is_active = models.BooleanField(_("在用"), default=True)
    order = models.PositiveSmallIntegerField(_("排序"), default=0)
    # Whether the community keeps rules or ready words: a page asks for them only where there are any.
    has_aids = models.BooleanField(_("有规则或常用回复"), default=False)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("诉求类别")
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["community", "slug"], name="category_slug_once")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language, where it is one of those the portal came with."""
        return gettext(self.name)

    @property
    def is_mediation(self) -> bool:
        """Whether two sides are to be brought together: nobody is asked to rate that."""
        return self.slug == MEDIATION

    @property
    def hint_text(self) -> str:
        return gettext(self.hint) if self.hint else ""

    @property
    def banner_text(self) -> str:
        return gettext(self.banner) if self.banner else ""
