/** Checks what a function says in the head of its response before any of it goes into a row. */
import { functionPhases } from '../../domain/factors.js';
import { MeasurementSchema } from '../../domain/measurement.js';
import { milliseconds, type Milliseconds } from '../../domain/units.js';
import { ProtocolError, type AnswerHead } from './frames.js';

/** The fields of a row that come from a head. */
const HeadFieldsSchema = MeasurementSchema.pick({
  sequence: true,
  deserializeMs: true,
  fetchMs: true,
  computeMs: true,
  storeMs: true,
  serializeMs: true,
  storageRoundTrips: true,
  fetchedBytes: true,
  storedBytes: true,
});

/**
 * Two clocks differ: in their rate, and by what the coarser one resolves. Phases may add up to this much more than the time
 * between request and response.
 */
const toleratedShare = 0.1;
const toleratedMs = milliseconds(20);

/**
 * Gives back `head` if a row can hold its values and its phases fit between request and response.
 * @throws ProtocolError that names the first value that does not fit
 */
export function checkedHead(head: AnswerHead, sentAt: Milliseconds, answeredAt: Milliseconds): AnswerHead {
  const fields: Record<string, unknown> = { sequence: head.sequence, ...head.storage };
  let inside = 0;
  for (const phase of functionPhases) {
    const time = head.phases[phase];
    if (time === undefined) continue;
    fields[`${phase}Ms`] = time;
    inside += time;
  }
  const parsed = HeadFieldsSchema.safeParse(fields);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const name = String(issue?.path[0] ?? '');
    throw new ProtocolError(
      `the head of its response says ${name} ${String(fields[name])}: ${issue?.message ?? 'not valid'}`,
    );
  }
  const window = answeredAt - sentAt;
  if (inside > window * (1 + toleratedShare) + toleratedMs)
    throw new ProtocolError(
      `the head of its response says that its phases took ${shown(inside)} ms, and the response came ${shown(window)} ms after the request`,
    );
  return head;
}

const shown = (time: number): string => String(Number(time.toPrecision(4)));
