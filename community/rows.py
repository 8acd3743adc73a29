"""What every row of a community has in common."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock


class CommunityRow(models.Model):
    """Abstract: a row of one community. Its manager is a ScopedQuerySet; its indexes begin with the community."""

    community = models.ForeignKey(
        "community.Community", models.PROTECT, verbose_name=_("社区"), related_name="+", db_index=False
    )
    created_at = models.DateTimeField(_("登记时间"), default=clock.now, editable=False)

    class Meta:
        abstract = True
