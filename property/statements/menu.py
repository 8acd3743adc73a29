"""What the statements bring to the record."""

from django.utils.translation import gettext_lazy as _

WORDS_OF_THE_RECORD = {
    "statement_sent": _("上传了对账单"),
    "statement_given_up": _("放弃了对账单"),
    "statement_taken_in": _("导入了对账单"),
    "statement_taken_back": _("撤回了对账单"),
    "statement_format_kept": _("说明了对账单的栏目"),
    "statement_row_matched": _("核对了一笔流水"),
    "statement_row_unmatched": _("取消了一笔流水的核对"),
}
