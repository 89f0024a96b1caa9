import * as backfill from "./backfill.js";
import { log_interaction } from "./quick_log.js";
import * as tray from "./tray.js";

frappe.provide("crm_plus");
Object.assign(crm_plus, { backfill, log_interaction, tray });
