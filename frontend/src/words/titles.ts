/** Titles that tell plug-ins apart: several from outside may have the same one. */
import type { Catalogue, PlugInInfo } from "../protocol/wire";

/** The catalogue with the kind beside each title that another plug-in of its shelf has too. */
export function toldApart(catalogue: Catalogue): Catalogue {
  const { datasets, methods, samplers, energies, formulas } = catalogue;
  return {
    ...catalogue,
    datasets: shelf(datasets),
    methods: shelf(methods),
    samplers: shelf(samplers),
    energies: shelf(energies),
    formulas: shelf(formulas),
  };
}

function shelf<P extends PlugInInfo>(plugIns: P[]): P[] {
  return plugIns.map((plugIn) => {
    const { kind, title } = plugIn;
    const clash = plugIns.some((other) => other.kind !== kind && other.title === title);
    return clash ? { ...plugIn, title: `${title} (${kind})` } : plugIn;
  });
}
