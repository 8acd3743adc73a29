from django.contrib.auth.views import LoginView
from django.urls import path

from bare import views

urlpatterns = [
    path("", views.notes, name="notes"),
    path("add/", views.add, name="add"),
    path("login/", LoginView.as_view(template_name="login.html"), name="login"),
]
