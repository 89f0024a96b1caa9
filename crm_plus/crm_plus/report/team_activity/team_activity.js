frappe.query_reports["Team Activity"] = crm_plus.reports.define({ months: [0, 0], only: ["owner", "team"] });
