from alliance.advice.actions.group import change_group, describe_adviser, set_naming
from alliance.advice.actions.minutes import (
    add_remark,
    answer_remark,
    open_again,
    publish_session,
    say_read,
    send_for_signing,
    sign_minutes,
    unpublish_session,
    write_minutes,
)
from alliance.advice.actions.recommendations import (
    answer_recommendation,
    change_recommendation,
    drop_recommendation,
    follow_up,
    put_recommendation,
    record_outcome,
)
from alliance.advice.actions.sessions import answer_invitation, call_off, change_session, plan_session
from alliance.advice.actions.studies import add_study, change_study, drop_study, release_study, take_back_study

__all__ = [
    "add_remark",
    "add_study",
    "answer_invitation",
    "answer_recommendation",
    "answer_remark",
    "call_off",
    "change_group",
    "change_recommendation",
    "change_session",
    "change_study",
    "describe_adviser",
    "drop_recommendation",
    "drop_study",
    "follow_up",
    "open_again",
    "plan_session",
    "publish_session",
    "put_recommendation",
    "record_outcome",
    "release_study",
    "say_read",
    "send_for_signing",
    "set_naming",
    "sign_minutes",
    "take_back_study",
    "unpublish_session",
    "write_minutes",
]
