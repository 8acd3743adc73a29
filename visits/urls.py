from django.urls import path

from visits.views import book, book_page, devices, doors, findings, handover, late, rounds, worker

app_name = "visits"
urlpatterns = [
    path("", rounds.round_page, name="round"),
    path("buildings/<int:pk>/", rounds.building, name="building"),
    path("targets/<uuid:pk>/", doors.record, name="record"),
    path("targets/<uuid:pk>/hand-over/", handover.hand_door, name="hand_door"),
    path("buildings/<int:pk>/hand-over/", handover.hand_building, name="hand_building"),
    path("walkers/", handover.who_walks, name="who_walks"),
    path("walkers/<int:pk>/hand-over/", handover.hand_walker, name="hand_walker"),
    path("doors/", handover.doors, name="doors"),
    path("households/<uuid:pk>/record/", doors.record_household, name="record_household"),
    path("households/<uuid:pk>/", doors.household_history, name="household_history"),
    path("visit/<uuid:pk>/", doors.visit, name="visit"),
    path("visit/<uuid:pk>/correct/", doors.correct, name="correct"),
    path("photos/<uuid:pk>/", doors.photo, name="photo"),
    path("findings/", findings.findings, name="findings"),
    path("findings/<uuid:pk>/", findings.finding, name="finding"),
    path("findings/<uuid:pk>/fix/", findings.finding_fix, name="finding_fix"),
    path("findings/<uuid:pk>/request/", findings.finding_request, name="finding_request"),
    path("conflicts/", findings.conflicts, name="conflicts"),
    path("conflicts/<int:pk>/", findings.settle, name="settle"),
    path("campaigns/", rounds.campaigns, name="campaigns"),
    path("campaigns/open/", rounds.open_campaign, name="open_campaign"),
    path("campaigns/<uuid:pk>/lay/", rounds.lay_campaign, name="lay_campaign"),
    path("campaigns/<uuid:pk>/close/", rounds.close_campaign, name="close_campaign"),
    path("book/", book_page.book, name="book"),
    path("book/worker.js", worker.worker, name="book_worker"),
    path("book/app.webmanifest", worker.manifest, name="book_manifest"),
    path("book/key/", book.key, name="book_key"),
    path("book/held/", book.held, name="book_held"),
    path("book/visits/", book.send, name="book_send"),
    path("book/visits/<uuid:pk>/photos/<str:sha256>/", book.photo, name="book_photo"),
    path("book/device/", book.device, name="book_device"),
]
