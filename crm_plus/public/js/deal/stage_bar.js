// The steps of a pipeline at the top of a deal: a button each, in order, for mouse, touch and keyboard.

const KEYS = { ArrowRight: 1, ArrowLeft: -1 };

/** Which stages the bar shows: those in use, and the one the deal stands in; a Lost stage only where the deal is lost. */
export function steps(stages, current) {
	return stages.filter((stage) => stage.name === current || (!stage.is_retired && stage.outcome !== "Lost"));
}

/** How a step looks: where the deal stands, what it has behind it, and what lies ahead. */
export function step_state(stages, index, current) {
	const here = stages.findIndex((stage) => stage.name === current);
	if (index === here) return "current";
	return here >= 0 && index < here && stages[here].outcome !== "Lost" ? "done" : "ahead";
}

/** Fill `$wrapper` with the bar; `on_pick(stage)` is called for another stage than the current one; without it the bar only shows. */
export function render($wrapper, stages, current, on_pick) {
	const shown = steps(stages, current);
	const $bar = $('<div class="crm-stages" role="group"></div>').attr("aria-label", __("Stages"));
	shown.forEach((stage, index) => $bar.append(step(stage, step_state(shown, index, current), on_pick)));
	$bar.on("keydown", (event) => walk(event, $bar));
	$wrapper.empty().append($bar);
	reveal($bar);
}

function step(stage, state, on_pick) {
	const $step = $('<button type="button" class="crm-stage"></button>')
		.addClass(`crm-stage-${state} crm-stage-${stage.outcome.toLowerCase()}`)
		.attr("data-stage", stage.name)
		.text(__(stage.stage_name));
	if (state === "current") return $step.attr("aria-current", "step");
	if (!on_pick) return $step.prop("disabled", true);
	return $step.attr("title", __("Move to {0}", [__(stage.stage_name)])).on("click", () => on_pick(stage));
}

function walk(event, $bar) {
	const step_by = KEYS[event.key];
	if (!step_by) return;
	const $steps = $bar.find(".crm-stage");
	$steps.eq($steps.index(document.activeElement) + step_by).trigger("focus");
	event.preventDefault();
}

/** On a narrow screen the bar scrolls by itself, so that the page does not; the current step comes into sight. */
function reveal($bar) {
	const current = $bar.find("[aria-current]")[0];
	if (current) setTimeout(() => ($bar[0].scrollLeft = current.offsetLeft - $bar[0].clientWidth / 3), 50);
}
