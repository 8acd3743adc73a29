from helpdesk.forms.fields import household_named
from helpdesk.forms.log import BehalfForm, RequestForm
from helpdesk.forms.step import StepForm
from helpdesk.forms.steps import STEP_FORMS, step_form
from helpdesk.forms.updates import AgreementForm, OtherForm, SidesUpdateForm, UpdateForm, WorkingUpdateForm

__all__ = [
    "STEP_FORMS",
    "AgreementForm",
    "BehalfForm",
    "OtherForm",
    "RequestForm",
    "SidesUpdateForm",
    "StepForm",
    "UpdateForm",
    "WorkingUpdateForm",
    "household_named",
    "step_form",
]
