from django.urls import path

from stewards.jobs import views

urlpatterns = [
    path("asked/", views.offers, name="offers"),
    path("asked/<uuid:pk>/", views.offer, name="offer"),
    path("asked/<uuid:pk>/yes/", views.accept, name="offer_accept"),
    path("asked/<uuid:pk>/no/", views.decline, name="offer_decline"),
    path("asked/<uuid:pk>/answer/", views.offer_answer, name="offer_answer"),
    path("requests/<uuid:pk>/ask/", views.ask, name="ask"),
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<uuid:pk>/", views.job, name="job"),
    path("jobs/<uuid:pk>/visit.ics", views.job_file, name="job_file"),
    path("jobs/receipts/<uuid:pk>/", views.receipt, name="receipt"),
    path("jobs/<uuid:pk>/<slug:step>/", views.job_step, name="job_step"),
]
