/** What is asked for: a cell with its sizes, measured or not. */
import type { Amounts } from '../growth/fixed-and-rate.js';
import { accessOf, systemOf, workOf, type ModelCell, type TargetId } from '../observations/model-cell.js';

/** All of a cell that a prediction may look at: its factors and sizes, none of its times. */
export type Place = Pick<
  ModelCell,
  | 'cell'
  | 'size'
  | 'payloadBytes'
  | 'responseBytes'
  | 'fetchedBytes'
  | 'storedBytes'
  | 'roundTrips'
  | 'artifactBytes'
>;

/** Bytes that cross the boundary with a request and its answer. */
export const crossingBytes = ({ payloadBytes, responseBytes }: Place): number => payloadBytes + responseBytes;

/** What a component grows with: bytes, or the function's size. At least 1, so that it has a logarithm. */
export function driverOf(id: TargetId, place: Place): number {
  switch (id) {
    case 'launch':
    case 'boundary':
      return Math.max(1, crossingBytes(place));
    case 'data':
      return Math.max(1, place.fetchedBytes + place.storedBytes);
    case 'memory':
      return Math.max(1, crossingBytes(place) + place.fetchedBytes + place.storedBytes);
    case 'serialization':
    case 'compute':
    case 'whole':
    case 'cpu':
      return Math.max(place.size, Number.MIN_VALUE);
  }
}

/** Whose growth or coefficients a component's trend is: the function's, or what serves it. */
export function trendKeyOf(id: TargetId, { cell }: Place): string {
  switch (id) {
    case 'launch':
    case 'boundary':
    case 'memory':
      return systemOf(cell);
    case 'data':
      return JSON.stringify([systemOf(cell), accessOf(cell)]);
    case 'serialization':
    case 'compute':
    case 'cpu':
      return workOf(cell);
    case 'whole':
      return JSON.stringify([workOf(cell), systemOf(cell), cell.start]);
  }
}

/** What is a fixed part and rates. */
export const affineIds = ['launch', 'boundary', 'data', 'memory'] as const;
export type AffineId = (typeof affineIds)[number];
export const isAffine = (id: TargetId): id is AffineId => affineIds.some((one) => one === id);

/** A fixed part and rates: how often the one is due, and how many bytes go in and out. */
export function amountsOf(id: AffineId, place: Place): Amounts {
  switch (id) {
    case 'launch':
      return { count: 1, bytesIn: place.artifactBytes ?? 0, bytesOut: 0 };
    case 'boundary':
      return { count: 1, bytesIn: place.payloadBytes, bytesOut: place.responseBytes };
    case 'data':
      return {
        count: Math.max(1, place.roundTrips),
        bytesIn: place.fetchedBytes,
        bytesOut: place.storedBytes,
      };
    case 'memory':
      return {
        count: 1,
        bytesIn: place.payloadBytes + place.fetchedBytes,
        bytesOut: place.responseBytes + place.storedBytes,
      };
  }
}
