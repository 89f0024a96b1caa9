// My Day's requests. A failed one rejects with the sentence that the server gave; it was shown already unless quiet.

import { request } from "../requests.js";

const call = (method, args, type = "POST", quiet = false) => request(`crm_plus.api.${method}`, { type, args, quiet });

export const get_day = () => call("my_day.day", {}, "GET", true);
export const complete = (name, answer) => call("follow_ups.complete", { follow_up: name, answer });
export const snooze = (name, until) => call("follow_ups.snooze", { follow_up: name, until });
export const close_plan = (name, status) => call("interactions.close_plan", { interaction: name, status });
export const postpone = (name, until) => call("interactions.postpone", { interaction: name, until });
