// The requests of this folder. A failed one was shown already; it rejects as in requests.js.

import { request } from "../requests.js";

const API = "crm_plus.api.";

export const get = (method, args = {}) => request(API + method, { type: "GET", args });
export const post = (method, args = {}) => request(API + method, { args });
