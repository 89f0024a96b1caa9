"""The numbers come from crm_plus.api.board.stage_chart, which the script beside this file names."""
