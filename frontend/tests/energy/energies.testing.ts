/** Energies as the server sends them, and what PyTorch computes of them: `python -m tests.portable_energies`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decode } from "@msgpack/msgpack";
import type { PackedEnergy } from "../../src/protocol/wire";

interface Example {
  name: string;
  energy: PackedEnergy;
  points: number[];
  energies: number[];
  gradients: number[];
}

export const examples = decode(readFileSync(join(import.meta.dirname, "energies.msgpack"))) as Example[];
