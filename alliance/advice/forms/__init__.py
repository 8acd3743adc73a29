from alliance.advice.forms.group import AdviserForm, GroupForm, NamingForm
from alliance.advice.forms.minutes import (
    MinutesForm,
    OpenAgainForm,
    PublishForm,
    RemarkAnswerForm,
    RemarkForm,
    SignForm,
)
from alliance.advice.forms.recommendations import AnswerForm, FollowForm, OutcomeForm, RecommendationForm
from alliance.advice.forms.sessions import CallOffForm, ComeForm, SessionForm
from alliance.advice.forms.studies import ReleaseForm, StudyForm

__all__ = [
    "AdviserForm",
    "AnswerForm",
    "CallOffForm",
    "ComeForm",
    "FollowForm",
    "GroupForm",
    "MinutesForm",
    "NamingForm",
    "OpenAgainForm",
    "OutcomeForm",
    "PublishForm",
    "RecommendationForm",
    "ReleaseForm",
    "RemarkAnswerForm",
    "RemarkForm",
    "SessionForm",
    "SignForm",
    "StudyForm",
]
