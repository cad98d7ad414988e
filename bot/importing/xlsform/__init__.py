"""XLSForm workbooks (ODK, KoBo) -> forms of ours: `convert` in form.py; what could not be taken over is listed."""
