from django.urls import path

from property.statements import views

urlpatterns = [
    path("books/<int:pk>/statements/", views.statements, name="statements"),
    path("books/<int:pk>/statements/rows/", views.statement_rows, name="statement_rows"),
    path("books/statements/<uuid:pk>/", views.statement, name="statement"),
    path("books/statements/<uuid:pk>/columns/", views.statement_columns, name="statement_columns"),
    path("books/statements/rows/<uuid:pk>/", views.statement_row, name="statement_row"),
    path("books/statements/rows/<uuid:pk>/aside/", views.statement_row_aside, name="statement_row_aside"),
    path("books/statements/rows/<uuid:pk>/unmatch/", views.statement_row_unmatch, name="statement_row_unmatch"),
]
