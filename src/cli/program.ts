/** The command line: what can be said, and which command each word leads to. Commands are loaded when they are used. */
import { Command, CommanderError, Help, InvalidArgumentError, type Option } from 'commander';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { decimal, decimals, precisionOf } from './load-options.js';
import { addModelCommands } from './model-commands.js';
import { note, print } from './output.js';
import { packageVersion } from './package-root.js';
import { strictOption } from './reading-options.js';
import { tell } from './safety-net.js';
import { addTraceCommands } from './trace-commands.js';

type Run = (code: ExitCode | Promise<ExitCode>) => Promise<void>;

/** Runs one command line; gives back the exit code of CONTRACT.md. Never rejects. */
export async function runCli(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = exitCodes.done;
  const program = createProgram(async (running) => {
    code = await running;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) return tell(error);
    return error.exitCode === 0 ? exitCodes.done : exitCodes.invalidInput;
  }
}

const list = (value: string): string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

const wholeNumber = (value: string): number => {
  const number = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError('A whole number is expected.');
};

/** For an option that may be given several times. */
const collect = (value: string, before: string[] = []): string[] => [...before, value];

const numbers = (value: string): number[] => list(value).map(wholeNumber);

export function createProgram(run: Run): Command {
  const program = new Command('lumos')
    .description(
      'Measures how a serverless function runs as a container, as interpreted and as AoT-compiled WebAssembly:\n' +
        'cold and warm, verified, with intervals on every figure.',
    )
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: (text) => note(text.trimEnd()) })
    .showSuggestionAfterError()
    .showHelpAfterError('  Add --help to see what can be given here.')
    .configureHelp({ optionDescription: withoutEmptyDefault })
    .addHelpText(
      'after',
      '\nExample:\n  lumos run quickstart\n\nExit codes: 0 done; 1 done, but some cell failed or missed an objective; 2 wrong usage or input; 3 something is missing; 130 interrupted.',
    );
  addMachineCommands(program, run);
  addRunCommand(program, run);
  addLoadCommand(program, run);
  addReportCommands(program, run);
  addImportCommand(program, run);
  addModelCommands(program, run);
  addTraceCommands(program, run);
  return program;
}

/** What is said of an option; that a list is empty by default says nothing. */
const withoutEmptyDefault = (option: Option): string =>
  new Help().optionDescription(option).replace(' (default: [])', '');

const example = (command: Command, text: string): Command =>
  command.addHelpText('after', `\nExample:\n  ${text}`);

function addMachineCommands(program: Command, run: Run): void {
  example(program.command('doctor'), 'lumos doctor --verify wasmtime-aot docker')
    .description('what can run here, with versions, and what to do about the rest')
    .option('--json', 'machine-readable, and nothing else on standard output')
    .option(
      '--verify [runtimes...]',
      'run the conformance suite over these runtimes, or over all that can run here',
    )
    .action(async (options: { json?: boolean; verify?: true | string[] }) =>
      run((await import('./commands/doctor.js')).doctor(options)),
    );
  example(program.command('setup [runtimes...]'), 'lumos setup wasmtime-aot docker')
    .description('install what doctor names, where a package manager can')
    .action(async (runtimes: string[]) => run((await import('./commands/setup.js')).setup(runtimes)));
  example(program.command('list <what>'), 'lumos list functions --json')
    .description('functions, runtimes, experiments or environments')
    .option('--json', 'machine-readable, and nothing else on standard output')
    .option('--functions-path <dirs>', 'further folders with functions, separated by commas', list, [])
    .action(async (what: string, options: { json?: boolean; functionsPath: string[] }) =>
      run((await import('./commands/list.js')).list(what, options)),
    );
  example(program.command('build [functions...]'), 'lumos build hello-world hashing')
    .description('native binaries, Wasm modules, AoT artefacts, OCI images')
    .option('--json', 'machine-readable, and nothing else on standard output')
    .option('--experiment <name>', 'what this experiment runs: a built-in name or a YAML file')
    .option('--runtimes <ids>', 'what these runtimes run, separated by commas', list)
    .option('--functions-path <dirs>', 'further folders with functions, separated by commas', list, [])
    .action(
      async (
        functions: string[],
        options: { json?: boolean; functionsPath: string[]; experiment?: string; runtimes?: string[] },
      ) => run((await import('./commands/build.js')).build(functions, options)),
    );
  example(program.command('new <what> <name>'), 'lumos new function word-count --language rust')
    .description('a folder with a function that runs as it is, to be changed')
    .option('--language <language>', 'rust or go', 'rust')
    .option('--path <dir>', 'the folder to make it in', '.')
    .action(async (what: string, name: string, options: { language: string; path: string }) =>
      run((await import('./commands/new.js')).createNew(what, name, options)),
    );
  example(program.command('completion <shell>'), 'lumos completion bash > /etc/bash_completion.d/lumos')
    .description('a completion script for bash, zsh or fish')
    .action(async (shell: string) =>
      run((await import('./commands/completion.js')).completion(shell, program)),
    );
}

function addRunCommand(program: Command, run: Run): void {
  const command = example(
    program.command('run [experiment]'),
    'lumos run quickstart --functions hashing --repetitions 50 --out results/hashing\n' +
      '  lumos run --functions echo --runtimes native,wasmtime-aot --concurrency 1,8,64 --duration 10\n' +
      '  lumos run --functions echo --runtimes native --rate 50,200 --duration 30 --pin',
  )
    .description('measure an experiment: a built-in name or a YAML file (default: quickstart)')
    .option('--functions <names>', 'names, classes or globs, separated by commas', list)
    .option('--runtimes <ids>', 'runtime ids, globs of them, or installed, separated by commas', list)
    .option(
      '--payloads <labels>',
      'labels of the ladders, separated by commas; smallest, largest, all (default: those of the experiment; the smallest of a function that has none of them)',
      list,
    )
    .option('--starts <starts>', 'cold, snapshot, fresh, warm, separated by commas', list)
    .option('--transport <ways>', 'stdio, http, or both (default: the usual way of each runtime)', list)
    .option('--languages <names>', 'rust, go, typescript (default: the first that a runtime can run)', list)
    .option(
      '--concurrency <numbers>',
      'clients of a closed loop, each number a level, separated by commas',
      numbers,
    )
    .option('--storage <names>', 'where objects lie: inline, file, redis, s3, separated by commas', list)
    .option('--access <ways>', 'direct (the function connects itself), host, or both', list)
    .option('--connection <kinds>', 'connections to a storage: reused, per-invocation, or both', list)
    .option('--repetitions <n>', 'measured invocations in each cell, cold and warm alike', wholeNumber)
    .option('--environment <names>', 'built-in environments or files of your own, separated by commas', list)
    .option('--time-limit <ms>', 'the longest an invocation may take', wholeNumber)
    .option(
      '--slo <objective>',
      'what cells must keep to, e.g. "p95 < 50ms"; may be given again (in place of those of the experiment)',
      collect,
    )
    .option('--objectives <objective>', 'another word for --slo', collect)
    .option('--baseline <id>', 'the runtime that all others are compared with, one of --runtimes')
    .option('--seed <n>', 'makes the inputs, the order of trials and the resampling', wholeNumber)
    .option('--trace <file>', 'replay this trace (default experiment: trace); see lumos trace')
    .option('--time-scale <x>', 'multiply the times of the trace: 0.1 makes ten seconds one', decimal)
    .option('--skip-bad-rows', 'leave broken rows of the trace out and count them')
    .option('--out <dir>', 'the run directory (default: a new one in lumos-results/)')
    .option('--resume <dir>', 'finish the run in this directory; its own experiment, nothing repeated')
    .option('--functions-path <dirs>', 'further folders with functions, separated by commas', list, [])
    .option('--dry-run', 'check what is asked and say what would be measured; measure nothing')
    .option('--junit <file>', 'a JUnit report besides, for a CI pipeline')
    .option('--force', 'write --junit over a file that Lumos did not write')
    .option('--json', 'the summary as JSON, and nothing else on standard output');
  addLoadOptions(command)
    .option(
      '--rounds <n>',
      'times that every level of a load is measured, in another order each',
      wholeNumber,
    )
    .option('--max-instances <n>', 'the most instances of a function under load', wholeNumber)
    .option('--instance-concurrency <n>', 'requests an instance serves at once, over HTTP', wholeNumber)
    .option('--pin', 'keep harness and sandboxes on different CPUs under load')
    .action(async (experiment: string | undefined, options) =>
      run((await import('./commands/run.js')).run(experiment, options as never)),
    );
}

/** Who sends when, and until when: of a load on sandboxes and on a URL alike. */
const addLoadOptions = (command: Command): Command =>
  command
    .option(
      '--rate <numbers>',
      'requests a second of an open loop, each a level, separated by commas',
      decimals,
    )
    .option('--arrivals <kind>', 'of --rate: poisson (independent users) or constant')
    .option('--duration <seconds>', 'the longest that a level of load is measured', decimal)
    .option('--warm-up <seconds>', 'before a level is measured', decimal)
    .option('--requests <n>', 'the most requests that a level measures', wholeNumber)
    .option(
      '--until <precision>',
      'end a level once the 95 % interval of a quantile is narrower than this share of it, e.g. p99:0.05',
      precisionOf,
    );

function addLoadCommand(program: Command, run: Run): void {
  const command = example(
    program.command('load <url>'),
    'lumos load http://127.0.0.1:8080/ --rate 1000 --duration 30\n' +
      '  lumos load http://10.0.0.5/orders --allow-target 10.0.0.5:80 --clients 1,2,5,10,20 --body order.json',
  ).description(
    'load on an HTTP server that runs already: latency without coordinated omission, throughput, failures by kind, the knee',
  );
  addLoadOptions(command)
    .option('--clients <numbers>', 'clients of a closed loop, each number a level (default: 1)', numbers)
    .option(
      '--allow-target <host:port>',
      'send there although it is not on this machine; may be given again',
      collect,
      [],
    )
    .option('--method <method>', 'GET, or POST with --body')
    .option('--header <header>', 'e.g. "Content-Type: application/json"; may be given again', collect, [])
    .option('--body <file>', "the requests' body")
    .option('--expect <file>', 'what every answer has to be; without it any status from 200 to 299 is right')
    .option('--time-limit <ms>', 'the longest a request may take', wholeNumber, 30_000)
    .option('--seed <n>', 'makes the arrivals', wholeNumber, 1)
    .option('--json', 'machine-readable, and nothing else on standard output')
    .action(async (url: string, options) =>
      run((await import('./commands/load.js')).load(url, options as never)),
    );
}

function addReportCommands(program: Command, run: Run): void {
  example(program.command('report <dir>'), 'lumos report lumos-results/quickstart-1 --format md')
    .description(
      'a run directory as HTML, Markdown, CSV, JSON, Parquet or JUnit XML, or for hyperfine and k6',
    )
    .option(
      '--format <format>',
      'html, md, csv, json, parquet, junit, hyperfine, k6 (summary); rows-csv, k6-points (single rows)',
      'html',
    )
    .option(
      '--out <file>',
      'where to; html defaults to report.html in the directory, the others to standard output (-)',
    )
    .option('--junit <file>', 'a JUnit report besides, for a CI pipeline')
    .option('--force', 'write over a file that Lumos did not write')
    .option('--model <file>', 'a section about a performance model, of HTML and Markdown (lumos model fit)')
    .option(...strictOption)
    .option('--json', 'the same as --format json')
    .action(async (directory: string, options) =>
      run((await import('./commands/report.js')).report(directory, options as never)),
    );
  example(program.command('compare <base> <candidate>'), 'lumos compare results/before results/after')
    .description('two run directories side by side, cell by cell')
    .option('--json', 'machine-readable, and nothing else on standard output')
    .option(
      '--margin <share>',
      'ratios this close to 1 count as the same (default: that of the base run)',
      Number,
    )
    .option(...strictOption)
    .action(async (base: string, candidate: string, options) =>
      run((await import('./commands/compare.js')).compare(base, candidate, options as never)),
    );
}

function addImportCommand(program: Command, run: Run): void {
  program
    .command('import <format> <path>')
    .description('figures of elsewhere into a run directory: wasmrun, csv, parquet, hyperfine, k6')
    .option('--out <dir>', 'the run directory (default: a new one in lumos-results/)')
    .option('--environment <name>', "the cells' environment, in place of the format's own")
    .option('--function <name>', 'hyperfine, k6: what was called')
    .option('--runtime <id>', 'k6: what served')
    .option('--class <class>', 'k6: container, wasm-interpreted, wasm-aot, wasm-jit or process')
    .option('--pool <fields>', 'do not tell records apart by these fields, in commas', list)
    .option('--skip-bad-rows', 'leave records out that cannot be read, and count them')
    .option('--strict', 'refuse a file that ends within a record')
    .option('--json', 'machine-readable, and nothing else on standard output')
    .addHelpText(
      'after',
      `
Example:
  lumos import wasmrun wasmrun/measurement_data --out results/wasmrun

More examples:
  lumos import csv rows.csv --out results/rows
  lumos import parquet rows.parquet --out results/rows
  lumos import hyperfine bench.json --function sort --out results/sort
  lumos import k6 points.json --function checkout --runtime docker --class container --out results/k6

Formats:
  wasmrun    the folder of the artefact polaris-slo-cloud/wasmrun, or its measurement_data
  csv        one line an invocation; columns named like the fields of a row, at least
             function, runtime, class and latencyMs (docs/method.md, "Imported runs")
  parquet    what lumos report --format parquet wrote
  hyperfine  the file of hyperfine --export-json
  k6         the file of k6 run --out json=FILE or --out csv=FILE (a summary has no requests to
             make rows of)
A text file may be gzipped; - and a pipe are read once.

What identifies a record (records that differ in any other field are cells of their own, or refused):
  csv        the columns of a cell: function, payload, runtime, environment, start, concurrency ...;
  parquet    an unknown column is refused, unless --pool names it
  hyperfine  the command with its parameters; several results of one command are #1, #2 ...
  k6         name or url, method, status of responses, scenario, group and every other tag but
             expected_response, error, error_code, check, vu and iter; setup and teardown are left out
  wasmrun    function, payload, mode and start: the folders of the artefact`,
    )
    .action(async (format: string, path: string, options) =>
      run((await import('./commands/import.js')).importRun(format, path, options as never)),
    );
}
