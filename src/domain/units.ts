/**
 * Units as types: a quantity's unit is never a naming convention. A bare number does not pass for one, and
 * arithmetic gives a bare number back, so every result is named again by the unit it is in.
 */
import { z } from 'zod';

export const MillisecondsSchema = z.number().nonnegative().brand<'Milliseconds'>();
export type Milliseconds = z.infer<typeof MillisecondsSchema>;

export const BytesSchema = z.number().int().nonnegative().brand<'Bytes'>();
export type Bytes = z.infer<typeof BytesSchema>;

/** A duration in milliseconds; fractions carry down to what the clock resolves. */
export const milliseconds = (value: number): Milliseconds => value as Milliseconds;

/** A whole number of bytes. */
export const bytes = (value: number): Bytes => value as Bytes;

export const JoulesSchema = z.number().nonnegative().brand<'Joules'>();
export type Joules = z.infer<typeof JoulesSchema>;

/** Energy in joules. */
export const joules = (value: number): Joules => value as Joules;

/** Milliseconds from a count of nanoseconds. */
export const fromNanoseconds = (value: number | bigint): Milliseconds => milliseconds(Number(value) / 1e6);

/** Milliseconds from a count of microseconds. */
export const fromMicroseconds = (value: number): Milliseconds => milliseconds(value / 1e3);

/** Bytes from mebibytes (2^20). */
export const fromMebibytes = (value: number): Bytes => bytes(Math.round(value * 1024 * 1024));
