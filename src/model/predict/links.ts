/** What declared networks add to a latency: no run measures them, so they are sums and no estimates. */
import { invalidInput } from '../../domain/errors.js';
import { bytes, type Bytes, type Milliseconds } from '../../domain/units.js';
import { crossingBytes, type Place } from '../components/place.js';
import type { ModelFile } from '../fit/model-file.js';
import { linkTime } from '../network/link.js';
import { systemOf, workOf } from '../observations/model-cell.js';
import type { PredictionRequest } from './find-place.js';

/** `network`: between a client and the platform. `image transfer`: before a cold start. `data network`: to the storage. */
export type LinkPart = 'network' | 'image transfer' | 'data network';

export interface LinkTimes {
  readonly timesMs: Readonly<Partial<Record<LinkPart, Milliseconds>>>;
  /** What they take for granted. */
  readonly words: readonly string[];
}

/** Compressed bytes of the function's image on the runtime; of the runtime's median function where that one was not built. */
function imageOf(file: ModelFile, { cell }: Place): { size: Bytes; own: boolean } {
  const known = file.cells.filter(
    (one) => systemOf(one.cell) === systemOf(cell) && one.imageBytes !== undefined,
  );
  const own = known.find((one) => workOf(one.cell) === workOf(cell))?.imageBytes;
  if (own !== undefined) return { size: own, own: true };
  const sizes = known.map(({ imageBytes }) => imageBytes as Bytes).sort((a, b) => a - b);
  const middle = sizes[Math.floor(sizes.length / 2)];
  if (middle === undefined)
    throw invalidInput(
      `The model does not know the size of images of ${systemOf(cell)}: none of its runs says it`,
      'Leave the image out, or fit the model on a run that built them: lumos run does.',
    );
  return { size: middle, own: false };
}

const serviceRoundTrips = ({ cell, roundTrips }: Place): number =>
  cell.storage === 'redis' || cell.storage === 's3' ? roundTrips : 0;

/** @throws LumosError `invalid-input` where an image is to be pulled whose size no run says */
export function linksOf(file: ModelFile, request: PredictionRequest, place: Place): LinkTimes {
  const declared = file.environments.find(({ name }) => name === place.cell.environment);
  const clients = request.clients ?? declared?.clients;
  const { registry } = request;
  const image = registry === undefined || request.start !== 'cold' ? undefined : imageOf(file, place);
  const trips = serviceRoundTrips(place);
  const service = trips > 0 ? declared?.dataService : undefined;
  const objects = bytes(place.fetchedBytes + place.storedBytes);
  return {
    timesMs: {
      ...(clients === undefined ? {} : { network: linkTime(clients, 1, bytes(crossingBytes(place))) }),
      ...(image === undefined || registry === undefined
        ? {}
        : { 'image transfer': linkTime(registry, 1, image.size) }),
      ...(service === undefined ? {} : { 'data network': linkTime(service, trips, objects) }),
    },
    words: image?.own === false ? ["the image's size is that of the runtime's median function"] : [],
  };
}
