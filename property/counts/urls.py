from django.urls import path

from property.counts import views

urlpatterns = [
    path("books/<int:pk>/cash/", views.cash_counts, name="cash_counts"),
    path("books/<int:pk>/cash/count/", views.cash_count_new, name="cash_count_new"),
    path("books/cash/<uuid:pk>/", views.cash_count, name="cash_count"),
    path("books/cash/<uuid:pk>/witness/", views.cash_count_witness, name="cash_count_witness"),
    path("books/cash/<uuid:pk>/withdraw/", views.cash_count_withdraw, name="cash_count_withdraw"),
    path("books/cash/<uuid:pk>/difference/", views.cash_count_difference, name="cash_count_difference"),
]
