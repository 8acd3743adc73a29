"""The addresses of how requests come in: drafts, signs, receipts and their codes, who asked in confidence."""

from django.urls import path

from helpdesk.drafts import BEHALF, OWN
from helpdesk.views import fixtures, log, tracking

LOGGING = [
    path("new/draft/", log.draft_keep, {"kind": OWN}, name="draft"),
    path("new/draft/drop/", log.draft_drop, {"kind": OWN}, name="draft_drop"),
    path("new/behalf/draft/", log.draft_keep, {"kind": BEHALF}, name="draft_behalf"),
    path("new/behalf/draft/drop/", log.draft_drop, {"kind": BEHALF}, name="draft_behalf_drop"),
    path("new/similar/", log.similar, name="similar"),
    path("track/", tracking.track, name="track"),
    path("settings/fixtures/", fixtures.fixtures, name="fixtures"),
    path("settings/fixtures/new/", fixtures.fixture_add, name="fixture_add"),
    path("settings/fixtures/signs/", fixtures.fixture_signs, name="fixture_signs"),
    path("settings/fixtures/<uuid:pk>/", fixtures.fixture_edit, name="fixture_edit"),
    path("settings/fixtures/<uuid:pk>/retire/", fixtures.fixture_retire, name="fixture_retire"),
    path("settings/fixtures/<uuid:pk>/sign/", fixtures.fixture_sign, name="fixture_sign"),
    path("<uuid:pk>/receipt/", tracking.receipt, name="receipt"),
    path("<uuid:pk>/informant/", tracking.informant, name="informant"),
]
