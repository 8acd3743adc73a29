"""What every row of a community has in common."""

from functools import cache
from typing import Any

from django.db import models
from django.utils.encoding import force_str
from django.utils.hashable import make_hashable
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

    def _get_FIELD_display(self, field: Any) -> Any:
        """Behind every `get_…_display`: Django's makes the table of words anew for every row of a list."""
        value = getattr(self, field.attname)
        return force_str(_words(field).get(make_hashable(value), value), strings_only=True)


@cache
def _words(field: Any) -> dict[Any, Any]:
    """What the choices of a field are called; they do not change while the portal runs."""
    return dict(make_hashable(field.flatchoices))
