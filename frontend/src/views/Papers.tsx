/** The recipes of papers for the images that are chosen, and what is known of the one that is taken. */
import { choosePaper } from "../actions/choice";
import { follows, papersFor } from "../form/recipes";
import type { PresetInfo, PresetSetup } from "../protocol/wire";
import { catalogue, draft } from "../state";
import { explains } from "../words/explaining";
import { sentence } from "../words/format";
import { Term } from "../words/Term";
import { LAB } from "../words/terms";
import { yearOf } from "./Methods";

export function Papers() {
  const [known, choice] = [catalogue.value, draft.value];
  if (!known || !choice) return null;
  const offers = papersFor(known, choice);
  if (offers.length === 0) return null;
  const taken = offers.find((preset) => follows(known, choice, preset));
  const setup = taken?.on[choice.dataset.kind];
  return (
    <section class="papers" aria-labelledby="papers">
      <h2 id="papers">
        <Term explanation={LAB.papers}>Recipes of papers</Term>
      </h2>
      <div class="paper-choices" role="group" aria-labelledby="papers">
        {offers.map((preset) => (
          <button
            key={preset.name}
            type="button"
            class="paper"
            aria-pressed={preset === taken}
            {...explains(ofPaper(preset))}
            onClick={() => choosePaper(preset)}
          >
            {preset.title} <span class="muted">{yearOf(preset.paper)}</span>
          </button>
        ))}
      </div>
      <div role="status">{taken && setup && <Taken preset={taken} setup={setup} />}</div>
    </section>
  );
}

/** What a recipe says of itself before it is taken. */
const ofPaper = ({ title, recipe, paper, link }: PresetInfo) => ({
  name: title,
  text: recipe,
  source: `${paper}, ${link}`,
});

function Taken({ preset, setup }: { preset: PresetInfo; setup: PresetSetup }) {
  return (
    <div class="paper-told small">
      <p>
        <a class="link" href={preset.link} target="_blank" rel="noreferrer">
          {preset.paper}
        </a>
      </p>
      <p>
        {sentence(preset.where)} {preset.reached}
      </p>
      <p>
        {setup.parameters.toLocaleString("en")} parameters; {setup.takes}. {setup.figures}
      </p>
      <details class="more">
        <summary>What differs from the paper</summary>
        <ul>
          {setup.differs.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </details>
    </div>
  );
}
