from django.urls import path

from property.opening import views

urlpatterns = [
    path("books/<int:pk>/opening/", views.opening, name="opening"),
    path("books/<int:pk>/opening/take-in/", views.opening_take_in, name="opening_take_in"),
]
