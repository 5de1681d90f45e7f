/** The samplers' choice as part of an address: "sample=ring&by=mala&sample.chains=16", and back. */
import { computed } from "@preact/signals";
import * as api from "../protocol/api";
import type { Catalogue } from "../protocol/wire";
import { type Choice, changed, fieldsOfChoice, firstChoice, startOf } from "../samplers/choice";
import { choice, chooseLandscape, chooseMoment, chooseRun, chooseSampler, take } from "../samplers/state";
import { catalogue } from "../state";
import { type Place, settingsUnder } from "./place";
import { changedSettings, type Form, withSettings } from "./settings";

const formOf = (plugIns: Catalogue): Form<Choice> => ({
  fields: (chosen) => fieldsOfChoice(plugIns, chosen, {}),
  set: (chosen, { path }, value) => changed(chosen, path, value),
});

/** The choice of an energy and a sampler before anything is changed. */
function plain(plugIns: Catalogue, { energy, sampler }: Choice): Choice | null {
  const first = firstChoice(plugIns);
  const formula = "formula" in energy ? { formula: startOf(plugIns.formulas, energy.formula.kind) } : energy;
  return first && { ...first, energy: formula, sampler: startOf(plugIns.samplers, sampler.kind) };
}

/** What is sampled, as far as it is other than at first. */
export const samplingHere = computed<Place>(() => {
  const [plugIns, chosen] = [catalogue.value, choice.value];
  const start = plugIns && chosen && plain(plugIns, chosen);
  if (!start) return { known: {}, settings: [] };
  const { energy } = chosen;
  const moment = "run" in energy && energy.step !== undefined ? `@${energy.step}` : "";
  const words = changedSettings(formOf(plugIns), start, chosen);
  if (chosen.start) words.push(["start", chosen.start.join(",")]);
  return {
    known: {
      sample: "formula" in energy ? energy.formula.kind : `run:${energy.run}${moment}`,
      by: chosen.sampler.kind,
    },
    settings: words.map(([path, value]) => [`sample.${path}`, value]),
  };
});

/** Samples what a place says; what of it there is not is told. */
export async function arriveAtSampling(place: Place, plugIns: Catalogue, faults: string[]): Promise<void> {
  const { sample, by } = place.known;
  const words = settingsUnder(place, "sample");
  if (sample === undefined && by === undefined && words.length === 0) return;
  choice.value ??= firstChoice(plugIns);
  if (sample?.startsWith("run:")) await arriveAtEnergyOfRun(sample.slice("run:".length), faults);
  else if (plugIns.formulas?.some(({ kind }) => kind === sample)) chooseLandscape(sample!);
  else if (sample !== undefined)
    faults.push(`The address samples the energy "${sample}", which this server does not have.`);
  if (plugIns.samplers.some(({ kind }) => kind === by)) chooseSampler(by!);
  else if (by !== undefined)
    faults.push(`The address names the sampler "${by}", which this server does not have.`);
  if (!choice.value) return;
  const found = withSettings(
    formOf(plugIns),
    choice.value,
    words.filter(([path]) => path !== "start"),
  );
  faults.push(...found.faults);
  const start = words
    .find(([path]) => path === "start")?.[1]
    .split(",")
    .map(Number);
  const point = start?.length === 2 && start.every(Number.isFinite) ? (start as [number, number]) : null;
  if (start && !point)
    faults.push("The address starts the chains at what is no point; two numbers are needed.");
  take({ ...found.choice, start: point });
}

async function arriveAtEnergyOfRun(text: string, faults: string[]): Promise<void> {
  const [run, step] = text.split("@") as [string, string?];
  try {
    await api.getRun(run);
  } catch (error) {
    if (!(error instanceof api.Refusal)) throw error;
    faults.push(`The run whose energy the address samples cannot be had. ${error.message}`);
    return;
  }
  await chooseRun(run);
  if (step !== undefined && /^\d+$/.test(step)) chooseMoment(Number(step));
}
