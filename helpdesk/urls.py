from django.urls import path

from helpdesk.handling_urls import HANDLING
from helpdesk.logging_urls import LOGGING
from helpdesk.outcome_urls import OUTCOME
from helpdesk.views import agreement, categories, keys, log, pages, ready_words, rules, settings, steps

app_name = "helpdesk"
urlpatterns = [
    path("", pages.listing, name="list"),
    path("mine/", pages.mine, name="mine"),
    path("new/", log.new, name="new"),
    path("new/behalf/", log.behalf, name="behalf"),
    path("settings/", settings.settings_page, name="settings"),
    path("settings/categories/", categories.categories, name="categories"),
    path("settings/categories/new/", categories.category_add, name="category_add"),
    path("settings/categories/<int:pk>/", categories.category_edit, name="category_edit"),
    path("settings/rules/", rules.rules, name="rules"),
    path("settings/rules/new/", rules.rule_add, name="rule_add"),
    path("settings/rules/<int:pk>/", rules.rule_edit, name="rule_edit"),
    path("settings/rules/<int:pk>/move/", rules.rule_move, name="rule_move"),
    path("settings/rules/<int:pk>/drop/", rules.rule_drop, name="rule_drop"),
    path("settings/words/", ready_words.replies, name="replies"),
    path("settings/words/new/", ready_words.reply_add, name="reply_add"),
    path("settings/words/<int:pk>/", ready_words.reply_edit, name="reply_edit"),
    path("settings/words/<int:pk>/drop/", ready_words.reply_drop, name="reply_drop"),
    path("settings/keys/", keys.keys, name="keys"),
    path("settings/keys/new/", keys.key_new, name="key_new"),
    path("settings/keys/<uuid:pk>/revoke/", keys.key_revoke, name="key_revoke"),
    *LOGGING,
    *OUTCOME,
    *HANDLING,
    path("<uuid:pk>/", pages.request_page, name="request"),
    path("<uuid:pk>/update/", steps.update, name="update"),
    path("<uuid:pk>/other/", steps.name_other, name="name_other"),
    path("<uuid:pk>/agreement/", agreement.agreement, name="agreement"),
    path("<uuid:pk>/sides/<uuid:side_pk>/agree/", steps.agree, name="agree"),
    path("<uuid:pk>/phone/", pages.phone, name="phone"),
    path("<uuid:pk>/photos/<uuid:photo_pk>/", pages.photo, name="photo"),
    path("<uuid:pk>/rate/", steps.step, {"action": "rate"}, name="rate"),
    path("<uuid:pk>/<slug:action>/", steps.step, name="step"),
]
