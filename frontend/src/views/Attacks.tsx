/** How much of a change of its images JEM withstands: attacked when that is asked for. */
import { computed, signal } from "@preact/signals";
import { attacks } from "../charts/attacks";
import { PlotOf } from "../charts/Plot";
import { evidence } from "../charts/readings";
import { setsOf } from "../charts/sets";
import * as api from "../protocol/api";
import type { Robustness } from "../protocol/wire";
import { info, stored, titleOf } from "../state";
import { count, fixed, percent, sentence } from "../words/format";
import { Term } from "../words/Term";
import { ATTACK } from "../words/ways";

interface Asked {
  run: string;
  found: Robustness | null;
  refused: string | null;
}

const asked = signal<Asked | null>(null);
/** What is known of the run on the stage. */
const own = computed(() => (asked.value?.run === info.value?.id ? asked.value : null));
const found = computed(() => own.value?.found ?? null);

/** The run on the stage, where it has classifiers of images. */
const attackable = computed(() => {
  const run = info.value;
  if (!run || stored.value || run.step === 0) return null;
  if (run.metrics.softmax_accuracy === undefined) return null;
  return setsOf(evidence.value.frame) === null ? null : run.id;
});

async function attack(run: string): Promise<void> {
  const known = found.peek();
  const keep = (next: Asked) => {
    if (asked.peek()?.run === run) asked.value = next;
  };
  asked.value = { run, found: known, refused: null };
  busy.value = true;
  try {
    keep({ run, found: await api.robustness(run), refused: null });
  } catch (error) {
    if (!(error instanceof api.Refusal)) throw error;
    keep({ run, found: known, refused: sentence(error.message) });
  } finally {
    busy.value = false;
  }
}

const busy = signal(false);
const CHARTS = [
  { chart: attacks("linf"), bounds: "each grey value (L∞)" },
  { chart: attacks("l2"), bounds: "the whole image (L2)" },
];
/** The radius whose accuracies are told in words. */
const TOLD = 2;

export function Attacks() {
  const run = attackable.value;
  if (!run) return null;
  const known = found.value;
  return (
    <section aria-labelledby="attacks">
      <h2 id="attacks">
        <Term explanation={ATTACK}>Accuracy under attack</Term>
      </h2>
      {known && (
        <>
          <div class="attacks small muted">
            {CHARTS.map(({ chart, bounds }) => (
              <figure key={bounds}>
                <PlotOf chart={chart} height={96} source={found} />
                <figcaption>{bounds}</figcaption>
              </figure>
            ))}
          </div>
          <p class="small muted">
            Where each grey value may change by <span class="mono">{fixed(known.radii.linf[TOLD]!, 2)}</span>{" "}
            (black and white are 1 apart), {titleOf(info.value!.config.method.kind)} tells{" "}
            <span class="mono">{percent(known.accuracies.joint!.linf[TOLD]!)}</span> right, softmax (dashed){" "}
            <span class="mono">{percent(known.accuracies.softmax!.linf[TOLD]!)}</span>: of{" "}
            <span class="mono">{count(known.images)}</span> images, by the weights of update{" "}
            <span class="mono">{count(known.step)}</span>.
          </p>
        </>
      )}
      {own.value?.refused && (
        <p class="small fault" role="alert">
          {own.value.refused}
        </p>
      )}
      <p class="small">
        <button type="button" class="link" disabled={busy.value} onClick={() => void attack(run)}>
          {busy.value ? "Attacking, some seconds" : known ? "Attack again" : "Attack its classes"}
        </button>
      </p>
    </section>
  );
}
