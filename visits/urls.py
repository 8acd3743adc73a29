from django.urls import path

from visits import views

app_name = "visits"
urlpatterns = [
    path("", views.round_page, name="round"),
    path("buildings/<int:pk>/", views.building, name="building"),
    path("targets/<uuid:pk>/", views.record, name="record"),
    path("households/<uuid:pk>/record/", views.record_household, name="record_household"),
    path("households/<uuid:pk>/", views.household_history, name="household_history"),
    path("visit/<uuid:pk>/", views.visit, name="visit"),
    path("visit/<uuid:pk>/correct/", views.correct, name="correct"),
    path("photos/<uuid:pk>/", views.photo, name="photo"),
    path("findings/", views.findings, name="findings"),
    path("findings/<uuid:pk>/", views.finding, name="finding"),
    path("findings/<uuid:pk>/fix/", views.finding_fix, name="finding_fix"),
    path("findings/<uuid:pk>/request/", views.finding_request, name="finding_request"),
    path("conflicts/", views.conflicts, name="conflicts"),
    path("conflicts/<int:pk>/", views.settle, name="settle"),
    path("campaigns/", views.campaigns, name="campaigns"),
    path("campaigns/open/", views.open_campaign, name="open_campaign"),
    path("campaigns/<uuid:pk>/close/", views.close_campaign, name="close_campaign"),
]
