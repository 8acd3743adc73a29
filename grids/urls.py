from django.urls import path

from grids import views
from grids.rosters import views as roster_views

app_name = "grids"
urlpatterns = [
    path("", views.places, name="places"),
    path("buildings/<int:pk>/", views.building, name="building"),
    path("households/mine/", views.my_household, name="mine"),
    path("households/<uuid:pk>/", views.household, name="household"),
    path("households/<uuid:pk>/edit/", views.household_edit, name="household_edit"),
    path("households/<uuid:pk>/members/add/", views.member_add, name="member_add"),
    path("households/<uuid:pk>/members/<uuid:resident_pk>/edit/", views.resident_edit, name="resident_edit"),
    path("roster/", roster_views.roster_send, name="roster_send"),
    path("roster/<uuid:pk>/", roster_views.roster, name="roster"),
    path("roster/<uuid:pk>/columns/", roster_views.roster_columns, name="roster_columns"),
]
