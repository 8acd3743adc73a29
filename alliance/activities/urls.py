from django.urls import path

from alliance.activities.views import changes, desk, pages, planning

urlpatterns = [
    path("changes/", changes.changes, name="changes"),
    path("photos/<uuid:pk>/", changes.activity_photo, name="activity_photo"),
    path("photos/<uuid:pk>/drop/", desk.photo_drop, name="photo_drop"),
    path("activities/", pages.activities, name="activities"),
    path("activities/new/", planning.activity_new, name="activity_new"),
    path("activities/here/<slug:code>/", desk.activity_here, name="activity_here"),
    path("activities/<uuid:pk>/", pages.activity, name="activity"),
    path("activities/<uuid:pk>/calendar/", pages.activity_file, name="activity_file"),
    path("activities/<uuid:pk>/edit/", planning.activity_edit, name="activity_edit"),
    path("activities/<uuid:pk>/places/new/", planning.slot_new, name="slot_new"),
    path("activities/<uuid:pk>/places/<int:slot_pk>/", planning.slot_edit, name="slot_edit"),
    path("activities/<uuid:pk>/places/<int:slot_pk>/join/", pages.activity_join, name="activity_join"),
    path("activities/<uuid:pk>/step/<str:action>/", planning.activity_step, name="activity_step"),
    path("activities/<uuid:pk>/desk/", desk.activity_desk, name="activity_desk"),
    path("activities/<uuid:pk>/code/", desk.activity_code, name="activity_code"),
    path("activities/<uuid:pk>/close/", desk.activity_close, name="activity_close"),
    path("activities/<uuid:pk>/photos/", desk.activity_photos, name="activity_photos"),
    path("activities/<uuid:pk>/feedback/", pages.activity_feedback, name="activity_feedback"),
    path("sign-ups/<uuid:pk>/leave/", pages.signup_leave, name="signup_leave"),
    path("sign-ups/<uuid:pk>/check/", desk.signup_check, name="signup_check"),
    path("sign-ups/<uuid:pk>/hours/", desk.signup_settle, name="signup_settle"),
]
