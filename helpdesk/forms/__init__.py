from helpdesk.forms.fields import household_named
from helpdesk.forms.log import BehalfForm, RequestForm
from helpdesk.forms.steps import STEP_FORMS, StepForm
from helpdesk.forms.updates import OtherForm, SidesUpdateForm, UpdateForm, WorkingUpdateForm

__all__ = [
    "STEP_FORMS",
    "BehalfForm",
    "OtherForm",
    "RequestForm",
    "SidesUpdateForm",
    "StepForm",
    "UpdateForm",
    "WorkingUpdateForm",
    "household_named",
]
