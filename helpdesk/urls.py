from django.urls import path

from helpdesk import views

app_name = "helpdesk"
urlpatterns = [
    path("", views.listing, name="list"),
    path("mine/", views.mine, name="mine"),
    path("new/", views.new, name="new"),
    path("new/behalf/", views.behalf, name="behalf"),
    path("<uuid:pk>/", views.request_page, name="request"),
    path("<uuid:pk>/update/", views.update, name="update"),
    path("<uuid:pk>/other/", views.name_other, name="name_other"),
    path("<uuid:pk>/sides/<uuid:side_pk>/agree/", views.agree, name="agree"),
    path("<uuid:pk>/phone/", views.phone, name="phone"),
    path("<uuid:pk>/photos/<uuid:photo_pk>/", views.photo, name="photo"),
    path("<uuid:pk>/rate/", views.step, {"action": "rate"}, name="rate"),
    path("<uuid:pk>/<slug:action>/", views.step, name="step"),
]
