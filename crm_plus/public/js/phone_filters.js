// A phone's list begins with its records: one field to search by, and the others behind a button that says how many are set.
// Version 16 folds the filters of every list by itself; on version 15 this is for our own lists alone.

const FEWEST = 3;

const { prototype } = frappe.views.BaseList;
const { setup_filter_area } = prototype;

prototype.setup_filter_area = function () {
	const done = setup_filter_area.call(this);
	if (is_foldable(this)) fold(this);
	return done;
};

/** Whether the filters of a list are ours to fold. */
export function is_foldable(listview) {
	const { meta, filter_area, page } = listview;
	if (meta?.module !== "CRM Plus" || !crm_plus.lists.is_list(listview)) return false;
	const folds_itself = !filter_area || filter_area.toggle_standard_filter;
	return !folds_itself && Object.keys(page.fields_dict).length >= FEWEST;
}

/** The filter that stays in sight: the one by the records' title, else by their names. */
export const kept_field = (meta, names) => [meta.title_field, "name"].find((name) => names.includes(name)) || names[0];

function fold(listview) {
	const { page, meta } = listview;
	const kept = kept_field(meta, Object.keys(page.fields_dict));
	const $count = $('<span class="crm-filter-count"></span>');
	const $button = $('<button type="button" class="btn btn-default crm-filter-toggle" aria-expanded="false"></button>');
	$button.append(frappe.utils.icon("es-line-filter"), document.createTextNode(__("Filters")), $count);
	$button.on("click", () => {
		const is_unfolded = page.page_form.toggleClass("unfolded").hasClass("unfolded");
		$button.attr("aria-expanded", String(is_unfolded));
	});
	$(page.fields_dict[kept].wrapper).addClass("crm-filter-kept");
	page.page_form.addClass("crm-foldable").find(".standard-filter-section").append($button);
	// What is set out of sight is told: a list that is short without a reason looks as if records were missing.
	const count = () => {
		const set = listview.filter_area.get_standard_filters().filter(([_doctype, name]) => name !== kept).length;
		$count.text(set || "").toggle(Boolean(set));
	};
	const { after_render } = listview;
	listview.after_render = function () {
		after_render.call(this);
		count();
	};
}
