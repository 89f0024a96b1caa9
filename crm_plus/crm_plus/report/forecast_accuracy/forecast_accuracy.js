frappe.query_reports["Forecast Accuracy"] = crm_plus.reports.define({ months: [11, -1] });
