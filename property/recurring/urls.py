from django.urls import path

from property.recurring import views

urlpatterns = [
    path("books/<int:pk>/recurring/", views.recurring, name="recurring"),
    path("books/<int:pk>/recurring/due/", views.recurring_due, name="recurring_due"),
    path("books/<int:pk>/recurring/new/<str:kind>/", views.recurring_new, name="recurring_new"),
    path("books/recurring/<int:pk>/draft/", views.recurring_draft, name="recurring_draft"),
    path("books/recurring/<int:pk>/stop/", views.recurring_stop, name="recurring_stop"),
]
