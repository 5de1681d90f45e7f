/** The samplers' view: any sampler on any energy, and how well it mixes. */
import { useEffect } from "preact/hooks";
import { PhasesPanel } from "../phases/Panel";
import { motion } from "../phases/state";
import { refreshRuns } from "../run/following";
import { Form } from "../samplers/Form";
import { SamplersMap } from "../samplers/Map";
import { Mixing } from "../samplers/Mixing";
import { Scrubber } from "../samplers/Transport";

export function Samplers() {
  useEffect(() => void refreshRuns(), []);
  return (
    <>
      <Form />
      <SamplersMap />
      {motion.value ? <PhasesPanel /> : <Mixing />}
      <Scrubber />
    </>
  );
}
