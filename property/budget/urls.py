from django.urls import path

from property.budget import views

urlpatterns = [
    path("books/<int:pk>/budget/", views.budgets, name="budgets"),
    path("books/<int:pk>/budget/<int:year>/", views.budget, name="budget"),
    path("books/<int:pk>/budget/<int:year>/edit/", views.budget_edit, name="budget_edit"),
    path("books/<int:pk>/budget/<int:year>/approve/", views.budget_approve, name="budget_approve"),
    path("books/<int:pk>/budget/<int:year>/<int:version>/paper/", views.budget_paper, name="budget_paper"),
]
