/** Where all stages are looked at closely: the energies themselves, computed here from each run's weights. */
import { Evaluator } from "../energy/evaluator";
import { Maps } from "../energy/maps";
import { Energies, type Moment } from "../energy/newest";
import * as api from "../protocol/api";
import type { DecodedFrame } from "../protocol/frame";
import { HOME, type Stage } from "../stage";
import { goesOn } from "./clock";
import { camera, dropped, going, type Member, pointer, position, rolling } from "./state";

/** Cells along the side of a map: at once while one moves, and in time. */
const [COARSE, FINE] = [40, 160];

const differ = (a: Evaluator["units"], b: Evaluator["units"]) =>
  [0, 1].some((i) => a.center[i] !== b.center[i] || a.unit[i] !== b.unit[i]);

/** The close-up of one stage. While runs go on, their landscapes stand as they came: a weight is old when it is there. */
export class CloseUp {
  private readonly energies = new Energies(api.energy);
  private maps: Maps | null = null;
  private evaluator: Evaluator | null = null;
  private asked = "";
  private snapshots = { of: "", steps: new Set<number>(), known: true };

  constructor(private readonly stage: Stage) {}

  /** Sees to it that the stage has the energy of the frame that it shows, where that is wanted; once a frame. */
  follow(member: Member, frame: DecodedFrame | null): void {
    const away = camera.value !== HOME;
    const still = position.value !== null || !going.value;
    const runs = dropped.value > 0 && !rolling.value;
    const wanted = still && (away || pointer.value || runs);
    const moment = frame && wanted ? this.momentOf(member, frame) : null;
    if (moment) void this.energies.want(moment);
    const energy = moment && this.energies.at(moment);
    // dropped chains go by this energy alone, so that the same seed gives the same path
    const comes = moment ? energy === null && this.energies.fault === null : wanted && !this.snapshots.known;
    this.stage.hold(runs && still && comes);
    const units = frame?.units;
    if (
      energy !== (this.evaluator?.energy ?? null) ||
      (units && this.evaluator && differ(units, this.evaluator.units))
    ) {
      this.evaluator = energy && units ? new Evaluator(energy, units) : null;
      this.stage.setEvaluator(this.evaluator);
      this.asked = "";
    }
    if (this.evaluator && away) this.ask(this.evaluator);
    else if (this.asked) {
      this.asked = "";
      this.stage.setCloseUp(null);
    }
  }

  /** Ends its thread. */
  end(): void {
    this.maps?.end();
  }

  private ask(evaluator: Evaluator): void {
    const { view } = this.stage;
    const place = `${view.x} ${view.y} ${view.extent}`;
    if (place === this.asked) return;
    this.asked = place;
    this.maps ??= new Maps(
      () => new Worker(new URL("../energy/worker.ts", import.meta.url), { type: "module" }),
      (of, { square, values }) => {
        if (of === this.evaluator && this.asked)
          this.stage.setCloseUp({ field: { values, ...square }, by: of });
      },
    );
    this.maps.ask(evaluator, view, [COARSE, FINE]);
  }

  /** The moment of a frame, where its weights are kept. */
  private momentOf({ history }: Member, frame: DecodedFrame): Moment | null {
    const { info, keyframes } = history;
    if (!frame.landscape) return null;
    if (!goesOn(history) && frame.step >= info.step) return { run: info.id, snapshot: null, step: info.step };
    const of = `${info.id} ${keyframes.length}`;
    if (this.snapshots.of !== of) {
      this.snapshots = { of, steps: this.snapshots.steps, known: false };
      void api
        .snapshots(info.id)
        .then((kept) => (this.snapshots.steps = new Set(kept.map(({ step }) => step))))
        .catch(() => null) // the landscape stands as it came
        .finally(() => (this.snapshots.known = true));
    }
    if (!this.snapshots.steps.has(frame.step)) return null;
    return { run: info.id, snapshot: frame.step, step: frame.step };
  }
}
