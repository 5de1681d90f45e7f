/** The method cards, in their families. */
import { useEffect, useRef } from "preact/hooks";
import { chooseMethod } from "../actions/choice";
import { RaceButton } from "../compare/Compare";
import { chooseByArrows, radio, showChosen } from "../form/radios";
import type { MethodInfo } from "../protocol/wire";
import { catalogue, catalogueFault, draft, titleOf } from "../state";
import { colored } from "../words/equations";
import { explains, ofPlugIn } from "../words/explaining";
import { Tex } from "../words/Tex";

/** Beyond so many methods only the chosen one shows its equation. */
const ROOM = 5;

export function Methods() {
  const known = catalogue.value;
  const group = useRef<HTMLDivElement>(null);
  const chosen = draft.value?.method.kind;
  useEffect(() => showChosen(group.current), [known, chosen]);
  if (!known) return <Waiting />;
  const families = known.families
    .map((family) => ({
      ...family,
      methods: known.methods.filter((method) => method.family === family.kind),
    }))
    .filter(({ methods }) => methods.length > 0);
  return (
    <section class="choices methods" aria-labelledby="methods">
      <h2 id="methods">Method</h2>
      <div ref={group} class="cards" role="radiogroup" onKeyDown={chooseByArrows} aria-labelledby="methods">
        {families.map(({ kind, title, methods }) => (
          <div key={kind} class="family">
            <h3 class="small muted">{title}</h3>
            {methods.map((method) => (
              <Card key={method.kind} method={method} roomy={known.methods.length <= ROOM} />
            ))}
          </div>
        ))}
      </div>
      <RaceButton />
    </section>
  );
}

function Card({ method, roomy }: { method: MethodInfo; roomy: boolean }) {
  const chosen = draft.value?.method.kind === method.kind;
  return (
    <button
      {...radio(chosen)}
      class="card"
      {...explains(ofPlugIn(method))}
      onClick={() => chooseMethod(method.kind)}
    >
      <span class="card-title">{method.title}</span>
      <span class="small muted">{yearOf(method.source)}</span>
      {(roomy || chosen) && (
        <span class="card-equation">
          <Tex tex={colored(method.equation)} />
        </span>
      )}
    </button>
  );
}

/** The year of a paper in its citation. */
export function yearOf(source: string): string {
  return /\b(19|20)\d\d\b/.exec(source)?.[0] ?? "";
}

function Waiting() {
  return (
    <section class="choices methods" aria-labelledby="methods">
      <h2 id="methods">Method</h2>
      <p class="small muted" role="status">
        {catalogueFault.value ??
          `${titleOf(draft.value?.method.kind)}. The others come with the server's catalogue.`}
      </p>
    </section>
  );
}
