// What the whole Desk needs of CRM Plus: loaded with every page, so it only registers, and asks nothing by itself.
import "./lists.js";
import "./user_names.js";
import "./mail_signature.js";
import "./datetime_guard.js";
import "./hand_over.js";
import "./search_bar.js";
import "./credit_panel.js";
import "./duplicate_hint.js";
import "./deal_documents.js";
import "./deal_links.js";
import "./invoice_linking.js";
import "./reports/index.js";
import "./interactions/index.js";
import "./deal/index.js";
import "./timeline/form.js";
import "./glance/index.js";
import "./follow_up/index.js";
