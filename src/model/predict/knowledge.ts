/** Where a prediction ends: a figure that may be anything is not known, and no number is given for it. */

/** The factor from the low to the high end of an interval beyond which the figure is not known: it tells no runtime apart. */
const widestFactor = 1000;

/** How many times the largest measured size a prediction reaches at most: growth that is fitted to a few steps says nothing there. */
export const farthestReach = 10_000;

/** Why the figure with this interval is not known; undefined where the interval says enough. */
export function whyNotKnown(
  [low, high]: readonly [number, number],
  beyond: readonly string[],
): string | undefined {
  if (high <= low * widestFactor) return undefined;
  return [...beyond, `its 90 % interval would span more than a factor of ${widestFactor}`][0];
}
