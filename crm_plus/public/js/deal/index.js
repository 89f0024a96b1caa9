// What the forms of deals and pipelines share.

import * as actions from "./actions.js";
import * as competitors from "./competitors.js";
import * as intro from "./intro.js";
import * as value from "./deal_value.js";
import * as stage_bar from "./stage_bar.js";
import * as stage_history from "./stage_history.js";

frappe.provide("crm_plus.deal");

Object.assign(crm_plus.deal, { actions, competitors, intro, value, stage_bar, stage_history });

/** A pipeline's stages, in order. */
crm_plus.deal.stages = (pipeline) =>
	pipeline ? frappe.xcall("crm_plus.api.deals.stages", { pipeline }) : Promise.resolve([]);
