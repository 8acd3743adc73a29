from django.urls import URLPattern, path

from stewards.duty import attendance_views, swap_views

urlpatterns: list[URLPattern] = [
    path("seats/<uuid:pk>/swap/", swap_views.swap_new, name="swap_new"),
    path("swaps/<uuid:pk>/", swap_views.swap, name="swap"),
    path("swaps/<uuid:pk>/keep/", swap_views.swap_keep, name="swap_keep"),
    path("swaps/<uuid:pk>/<int:ask_pk>/", swap_views.swap_answer, name="swap_answer"),
    path("here/<str:code>/", attendance_views.here, name="check_in"),
    path("attendance/", attendance_views.overview, name="attendance"),
    path("attendance/confirm/", attendance_views.confirm_all, name="attendance_confirm_all"),
    path("attendance/<uuid:pk>/confirm/", attendance_views.confirm, name="attendance_confirm"),
    path("attendance/<uuid:pk>/decline/", attendance_views.decline, name="attendance_decline"),
    path("attendance/places/", attendance_views.points, name="check_in_points"),
    path("attendance/places/<int:pk>/", attendance_views.point_sheet, name="check_in_point"),
    path("seats/<uuid:pk>/presence/", attendance_views.presence, name="presence"),
    path("seats/<uuid:pk>/absence/", attendance_views.absence, name="absence"),
    path("missed/<uuid:pk>/", attendance_views.no_show, name="no_show"),
    path("missed/<uuid:pk>/decide/", attendance_views.no_show_decide, name="no_show_decide"),
]
