"""Whether the portal is well: for a monitor, without a word about anybody or anything inside."""

from __future__ import annotations

import shutil
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from community.access import public
from core import clock
from core.models import Worker

LOW_DISK = 512 * 2**20
SILENT = timedelta(minutes=2)


@public
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 and true for each of database, worker and disk; 503 when one is false."""
    well = {"database": _database(), "worker": _worker(), "disk": _disk()}
    return JsonResponse({"ok": all(well.values()), **well}, status=200 if all(well.values()) else 503)


def _database() -> bool:
    """Whether a row can be written and read; it is taken back."""
    try:
        with transaction.atomic():
            probe = Worker.objects.create(pk=f"healthz-{clock.now().timestamp()}", alive_at=clock.now() - 2 * SILENT)
            found = Worker.objects.filter(pk=probe.pk).exists()
            probe.delete()
    except DatabaseError:
        return False
    return found


def _worker() -> bool:
    try:
        return Worker.objects.filter(alive_at__gte=clock.now() - SILENT).exists()
    except DatabaseError:
        return False


def _disk() -> bool:
    try:
        return shutil.disk_usage(settings.DATA_DIR).free >= LOW_DISK
    except OSError:
        return False
