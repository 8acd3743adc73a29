from django.urls import path

from property import views
from property.auditing import urls as auditing_urls
from property.budget import urls as budget_urls
from property.counts import urls as counts_urls
from property.fees import urls as fees_urls
from property.handover import urls as handover_urls
from property.opening import urls as opening_urls
from property.proofs import urls as proofs_urls
from property.publication import urls as publication_urls
from property.recurring import urls as recurring_urls
from property.reimbursing import urls as reimbursing_urls
from property.statements import urls as statements_urls

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
    *fees_urls.urlpatterns,
    *budget_urls.urlpatterns,
    *opening_urls.urlpatterns,
    *recurring_urls.urlpatterns,
    *reimbursing_urls.urlpatterns,
    *counts_urls.urlpatterns,
    *handover_urls.urlpatterns,
    *auditing_urls.urlpatterns,
    *publication_urls.urlpatterns,
    *proofs_urls.urlpatterns,
    *statements_urls.urlpatterns,
]
