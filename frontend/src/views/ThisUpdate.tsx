/** The update rule of the method on the stage, with its current numbers in place. */
import { computed } from "@preact/signals";
import { fieldsOfRun } from "../form/fields";
import { get, isObject } from "../form/schema";
import type { Json } from "../protocol/wire";
import { catalogue, composing, draft, info, metrics, stored, titles, untrained } from "../state";
import { colored, moveOf, withNumbers } from "../words/equations";
import type { Explanation } from "../words/explaining";
import { setting, significant } from "../words/format";
import { explanationOf } from "../words/quality";
import { Term } from "../words/Term";
import { Tex } from "../words/Tex";
import { LAB } from "../words/terms";

interface Update {
  /** Whose it is: the method's name, and where two could be meant, which of them. */
  of: string;
  equation: string;
  move: string | null;
  /** Letters that stand in neither formula, with their numbers. */
  rest: { symbol: string; explanation: Explanation; text: string }[];
}

/** What is shown is the run on the stage, or the choice where nothing is trained. */
export const update = computed<Update | null>(() => {
  const config = untrained.value ? draft.value : (info.value?.config ?? draft.value);
  const known = catalogue.value;
  const method = known?.methods.find(({ kind }) => kind === config?.method.kind);
  if (!config || !known || !method) return null;
  const sampler = get({ ...config } as Json, "method.sampler");
  const moves = isObject(sampler) && known.samplers.find(({ kind }) => kind === sampler.kind)?.moves;
  const move = isObject(sampler) && moves ? moveOf(moves, sampler) : null;
  const numbers: Record<string, string> = {};
  const told: Record<string, Explanation> = {};
  for (const { symbol, path, label, description, advanced } of fieldsOfRun(known, config, titles.value)) {
    const value = get({ ...config } as Json, path);
    if (!symbol || advanced || typeof value !== "number" || !path.startsWith("method")) continue;
    const adapted = path.endsWith("sampler.step_size") ? metrics.value.step_size : undefined;
    numbers[symbol] = adapted === undefined ? setting(value) : significant(adapted, 2);
    told[symbol] = { name: `${label} ${symbol}`, text: description };
  }
  const used = new Set<string>();
  const equation = withNumbers(method.equation, numbers, used);
  const moved = move && withNumbers(move, numbers, used);
  const rest = Object.entries(numbers)
    .filter(([symbol]) => !used.has(symbol))
    .map(([symbol, text]) => ({ symbol, explanation: told[symbol]!, text }));
  const other = composing.value && !stored.value;
  const which = !other ? "" : untrained.value ? ", your choice" : ", the run on the stage";
  return { of: `${method.title}${which}`, equation: colored(equation), move: moved, rest };
});

export function ThisUpdate() {
  const shown = update.value;
  if (!shown) return null;
  return (
    <section aria-labelledby="this-update">
      <div class="heading">
        <h2 id="this-update">
          <Term explanation={LAB.update}>This update</Term>
        </h2>
        <span class="small muted">{shown.of}</span>
      </div>
      <div class="formulas">
        <Tex tex={shown.equation} />
        {shown.move && <Tex tex={shown.move} />}
      </div>
      <p class="mono small muted numbers">
        {shown.rest.map(({ symbol, explanation, text }) => (
          <Term key={symbol} explanation={explanation}>
            {symbol} {text}
          </Term>
        ))}
        {metrics.value.grad_norm !== undefined && (
          <Term explanation={explanationOf("grad_norm")}>‖∇L‖ {significant(metrics.value.grad_norm, 3)}</Term>
        )}
        {metrics.value.learning_rate !== undefined && (
          <Term explanation={explanationOf("learning_rate")}>
            rate {significant(metrics.value.learning_rate, 2)}
          </Term>
        )}
      </p>
    </section>
  );
}
