"""The form of the search."""

from django import forms
from django.utils.translation import gettext_lazy as _


class FindForm(forms.Form):
    q = forms.CharField(label=_("查找"), required=False, help_text=_("姓名、拼音首字母或门牌，例如 225-3-2-501。"))
