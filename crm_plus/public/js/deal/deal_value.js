// A deal's amounts while somebody types, as rules/deal_value.py counts them; on saving the server's word stands.
// `round(value, digits)` is the site's own rounding.

const PERCENT_DIGITS = 3;

/** List price, discount, rate and amount of a row after `changed`: "rate" keeps the rate, anything else the discount. */
export function price_row(row, changed, round, digits = 2) {
	const line = {
		price_list_rate: round(row.price_list_rate, digits),
		discount_percentage: round(row.discount_percentage, PERCENT_DIGITS),
		rate: round(row.rate, digits),
	};
	if (line.discount_percentage && line.rate && !line.price_list_rate) line.price_list_rate = line.rate;
	if (line.price_list_rate) Object.assign(line, agreed(line, changed, round, digits));
	return { ...line, amount: round(line.rate * round(row.qty, 3), digits) };
}

function agreed(line, changed, round, digits) {
	const discount = round((1 - line.rate / line.price_list_rate) * 100, PERCENT_DIGITS);
	// Never the whole 100 while there is a rate: ERPNext takes a full discount for a gift.
	const implied = Math.min(Math.max(0, discount), line.rate ? 99.999 : 100);
	if (line.rate && implied === line.discount_percentage) return {};
	if (changed === "rate" && line.rate) return { discount_percentage: implied };
	return { rate: round(line.price_list_rate * (1 - line.discount_percentage / 100), digits) };
}

/** The deal's amount: the rows' sum less the additional discount. */
export function total(amounts, discount_percentage, round, digits = 2) {
	const sum = round(
		amounts.reduce((so_far, amount) => so_far + (amount || 0), 0),
		digits
	);
	return round(sum - round((sum * (discount_percentage || 0)) / 100, digits), digits);
}
