/** Intervals in files. */
import { z } from 'zod';

/** A two-sided interval, [low, high]. */
export const interval = <T extends z.ZodType>(of: T) => z.tuple([of, of]);
