"""A roster on its way through the pages, as a person and the worker take it."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from grids.models import RosterUpload
from tests.grids.rosters import HEADINGS, workbook


def work_off() -> None:
    """Do what waits, as the worker does it, but inside the transaction of the test."""
    for waiting in DBTaskResult.objects.ready().order_by("enqueued_at"):
        waiting.task.call(*waiting.args_kwargs["args"])
        waiting.delete()


def send(client: Client, content: bytes, name: str = "名册.xlsx") -> Any:
    """Send a file as the form does, and let the worker read it."""
    page = client.get(reverse("grids:roster_send"))
    form = page.context["form"]
    answer = client.post(
        reverse("grids:roster_send"),
        {
            "community": form.fields["community"].initial.pk,
            "submission": str(form["submission"].value()),
            "file": SimpleUploadedFile(name, content),
        },
    )
    if answer.status_code == 302:
        work_off()
    return answer


def decide(client: Client, upload: RosterUpload, do: str) -> Any:
    form = client.get(upload.get_absolute_url()).context["form"]
    upload.refresh_from_db()
    data = {"do": do, "seen": upload.fingerprint, "submission": str(form["submission"].value())}
    return client.post(upload.get_absolute_url(), data)


def apply_rows(client: Client, *rows: list[Any], headings: Any = HEADINGS) -> RosterUpload:
    """Send rows under HEADINGS, look at the preview and confirm; gives the upload as it is afterwards."""
    send(client, workbook([("一", [headings, *rows])]))
    upload: RosterUpload = RosterUpload.objects.order_by("pk").last()
    decide(client, upload, "apply")
    work_off()
    upload.refresh_from_db()
    return upload
