/** Energy a request took, where a load run measured it: of the whole machine, idle power and load generator included. */
import { z } from 'zod';
import { CellSchema } from '../../domain/factors.js';
import type { LevelRecord } from '../../domain/level.js';
import { joules, JoulesSchema } from '../../domain/units.js';

export const MeasuredEnergySchema = z.object({
  cell: CellSchema,
  /** Requests answered while the counter ran. */
  requests: z.number().int().positive(),
  perRequestJoules: JoulesSchema,
});
export type MeasuredEnergy = z.infer<typeof MeasuredEnergySchema>;

/** Rounds of a level are summed up; a level without a counter, without a response, or that is not valid, says nothing. */
export function energyOf(levels: readonly LevelRecord[]): MeasuredEnergy[] {
  const sums = new Map<string, { cell: MeasuredEnergy['cell']; requests: number; spent: number }>();
  for (const level of levels) {
    if (!level.valid || level.energyJoules === undefined || level.succeeded === 0) continue;
    const cell = CellSchema.parse(level);
    const key = JSON.stringify([cell, level.rate]);
    const sum = sums.get(key) ?? { cell, requests: 0, spent: 0 };
    sums.set(key, {
      cell,
      requests: sum.requests + level.succeeded,
      spent: sum.spent + level.energyJoules,
    });
  }
  return [...sums.values()].map(({ cell, requests, spent }) => ({
    cell,
    requests,
    perRequestJoules: joules(spent / requests),
  }));
}
