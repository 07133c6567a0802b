/** A summary as CSV: one line a cell, flat columns, the unit in each name. */
import { OutcomeSchema, phases } from '../domain/factors.js';
import type { Summary } from '../domain/summary/summary.js';
import { groupCells, type GroupRow } from './cell-groups.js';

type Field = string | number | undefined;
type Column = readonly [name: string, of: (row: GroupRow) => Field];

const failureOutcomes = OutcomeSchema.exclude(['ok']).options;

const columns: readonly Column[] = [
  ['function', ({ cell }) => cell.function],
  ['payload', ({ cell }) => cell.payload],
  ['payload_bytes', ({ cell }) => cell.payloadBytes],
  ['response_bytes', ({ cell }) => cell.responseBytes],
  ['start', ({ cell }) => cell.start],
  ['runtime', ({ cell }) => cell.runtime],
  ['class', ({ cell }) => cell.class],
  ['environment', ({ cell }) => cell.environment],
  ['emulated', ({ cell }) => (cell.emulated === true ? 'true' : '')],
  ['concurrency', ({ cell }) => cell.concurrency],
  ['arrivals', ({ cell }) => cell.arrivals],
  ['storage', ({ cell }) => cell.storage],
  ['access', ({ cell }) => cell.access],
  ['connection', ({ cell }) => cell.connection],
  ['transport', ({ cell }) => cell.transport],
  ['language', ({ cell }) => cell.language],
  ['options', ({ cell }) => cell.options],
  ['n', ({ cell }) => cell.n],
  ['sandboxes', ({ cell }) => cell.sandboxes],
  ...failureOutcomes.map((outcome): Column => [
    `failures_${outcome.replaceAll('-', '_')}`,
    ({ cell }) => cell.failures[outcome] ?? 0,
  ]),
  ['latency_p50_ms', ({ cell }) => cell.latencyMs?.p50],
  ['latency_p50_ci95_low_ms', ({ cell }) => cell.latencyMs?.ci95?.[0]],
  ['latency_p50_ci95_high_ms', ({ cell }) => cell.latencyMs?.ci95?.[1]],
  ['latency_p90_ms', ({ cell }) => cell.latencyMs?.p90],
  ['latency_p99_ms', ({ cell }) => cell.latencyMs?.p99],
  ['latency_mean_ms', ({ cell }) => cell.latencyMs?.mean],
  ['latency_sd_ms', ({ cell }) => cell.latencyMs?.sd],
  ['latency_min_ms', ({ cell }) => cell.latencyMs?.min],
  ['latency_max_ms', ({ cell }) => cell.latencyMs?.max],
  ['ratio_baseline', ({ comparison }) => comparison?.baseline],
  ['ratio', ({ comparison }) => comparison?.ratio],
  ['ratio_ci95_low', ({ comparison }) => comparison?.ci95?.[0]],
  ['ratio_ci95_high', ({ comparison }) => comparison?.ci95?.[1]],
  ['ratio_verdict', ({ comparison }) => comparison?.verdict],
  ...phases.map((phase): Column => [`phase_${phase}_p50_ms`, ({ cell }) => cell.phasesMs[phase]]),
  ['storage_round_trips_p50', ({ cell }) => cell.storageRoundTrips],
  ['fetched_p50_bytes', ({ cell }) => cell.fetchedBytes],
  ['stored_p50_bytes', ({ cell }) => cell.storedBytes],
  ['host_fetch_p50_ms', ({ cell }) => cell.hostFetchMs],
  ['host_store_p50_ms', ({ cell }) => cell.hostStoreMs],
  ['service_requests_p50', ({ cell }) => cell.serviceRequests],
  ['service_received_p50_bytes', ({ cell }) => cell.serviceReceivedBytes],
  ['service_sent_p50_bytes', ({ cell }) => cell.serviceSentBytes],
  ['cpu_p50_ms', ({ cell }) => cell.cpuMs],
  ['peak_memory_p50_bytes', ({ cell }) => cell.peakMemoryBytes],
  ['peak_resident_p50_bytes', ({ cell }) => cell.peakResidentBytes],
  ['read_p50_bytes', ({ cell }) => cell.readBytes],
  ['written_p50_bytes', ({ cell }) => cell.writtenBytes],
  ['image_compressed_bytes', ({ cell }) => cell.imageBytes],
  ['throughput_per_second', ({ cell }) => cell.throughputPerSecond],
  ['notes', ({ cell }) => cell.notes.join('; ')],
  ['sampled_rows', ({ cell }) => cell.sampledRows],
  ['not_valid', ({ cell }) => cell.notValid],
];

/** RFC 4180, 2.5 to 2.7: a field with a quote, comma or line break is quoted, and a quote in it doubled. */
export function csvField(value: Field): string {
  const text = value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The summary's cells as CSV (RFC 4180, lines end in CR LF): a head of column names, then one line a cell in the order
 * of the tables. Figures are not rounded; one that could not be measured is an empty field. The ratio is that of the
 * latency medians against the baseline.
 */
export function renderCsv(summary: Summary): string {
  const rows = groupCells(summary).flatMap((group) => group.rows);
  const lines = [
    columns.map(([name]) => name),
    ...rows.map((row) => columns.map(([, of]) => csvField(of(row)))),
  ];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}
