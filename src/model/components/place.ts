/** What is asked for: a cell with its sizes, measured or not. */
import type { Amounts } from '../growth/fixed-and-rate.js';
import { accessOf, systemOf, workOf, type ComponentId, type ModelCell } from '../observations/model-cell.js';

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
export function driverOf(id: ComponentId, place: Place): number {
  switch (id) {
    case 'launch':
    case 'boundary':
      return Math.max(1, crossingBytes(place));
    case 'data':
      return Math.max(1, place.fetchedBytes + place.storedBytes);
    case 'serialization':
    case 'compute':
    case 'whole':
      return Math.max(place.size, Number.MIN_VALUE);
  }
}

/** Whose growth or coefficients a component's trend is: the function's, or what serves it. */
export function trendKeyOf(id: ComponentId, { cell }: Place): string {
  switch (id) {
    case 'launch':
    case 'boundary':
      return systemOf(cell);
    case 'data':
      return JSON.stringify([systemOf(cell), accessOf(cell)]);
    case 'serialization':
    case 'compute':
      return workOf(cell);
    case 'whole':
      return JSON.stringify([workOf(cell), systemOf(cell), cell.start]);
  }
}

/** A component that is a fixed part and rates: how often the one is due, and how many bytes go in and out. */
export function amountsOf(id: 'launch' | 'boundary' | 'data', place: Place): Amounts {
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
  }
}
