from django.urls import path

from property import views
from property.auditing import urls as auditing_urls
from property.budget import urls as budget_urls
from property.counts import urls as counts_urls
from property.handover import urls as handover_urls
from property.proofs import urls as proofs_urls
from property.publication import views as publication
from property.recurring import urls as recurring_urls

app_name = "property"
urlpatterns = [
    path("books/", views.home, name="home"),
    path("books/open/<int:estate_pk>/", views.book_open, name="book_open"),
    path("books/<int:pk>/", views.book, name="book"),
    path("books/<int:pk>/vouchers/", views.vouchers, name="vouchers"),
    path("books/<int:pk>/vouchers/new/", views.voucher_kinds, name="voucher_kinds"),
    path("books/<int:pk>/vouchers/new/<str:kind>/", views.voucher_new, name="voucher_new"),
    path("books/<int:pk>/accounts/", views.accounts, name="accounts"),
    path("books/<int:pk>/accounts/add/", views.account_add, name="account_add"),
    path("books/<int:pk>/accounts/<str:code>/", views.account, name="account"),
    path("books/<int:pk>/limit/", views.limit, name="limit"),
    path("books/<int:pk>/months/<str:month>/close/", views.month_close, name="month_close"),
    path("books/vouchers/<uuid:pk>/", views.voucher, name="voucher"),
    path("books/vouchers/<uuid:pk>/edit/", views.voucher_edit, name="voucher_edit"),
    path("books/vouchers/<uuid:pk>/submit/", views.voucher_submit, name="voucher_submit"),
    path("books/vouchers/<uuid:pk>/void/", views.voucher_void, name="voucher_void"),
    path("books/vouchers/<uuid:pk>/review/", views.voucher_review, name="voucher_review"),
    path("books/vouchers/<uuid:pk>/settle/", views.voucher_settle, name="voucher_settle"),
    path("books/vouchers/<uuid:pk>/send-back/", views.voucher_send_back, name="voucher_send_back"),
    path("books/vouchers/<uuid:pk>/reverse/", views.voucher_reverse, name="voucher_reverse"),
    path("books/vouchers/<uuid:pk>/papers/<int:line>/", views.paper, name="paper"),
    # The published quarter.
    *budget_urls.urlpatterns,
    *recurring_urls.urlpatterns,
    *counts_urls.urlpatterns,
    *handover_urls.urlpatterns,
    *auditing_urls.urlpatterns,
    path("quarters/", publication.quarters, name="quarters"),
    path("books/<int:pk>/quarters/<str:quarter>/", publication.quarter_new, name="quarter_new"),
    path("quarters/<uuid:pk>/", publication.quarter, name="quarter"),
    path("quarters/<uuid:pk>/pdf/", publication.quarter_pdf, name="quarter_pdf"),
    path("quarters/<uuid:pk>/edit/", publication.quarter_edit, name="quarter_edit"),
    path("quarters/<uuid:pk>/sign/", publication.quarter_sign, name="quarter_sign"),
    path("quarters/<uuid:pk>/publish/", publication.quarter_publish, name="quarter_publish"),
    path("quarters/<uuid:pk>/correct/", publication.quarter_correct, name="quarter_correct"),
    path("check/", publication.check, name="check"),
    path("check/pdf/", publication.check_pdf, name="check_pdf"),
    *proofs_urls.urlpatterns,
]
