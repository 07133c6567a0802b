#!/usr/bin/env node
import { exitCodes } from './exit-codes.js';
import { note } from './output.js';
import { runCli } from './program.js';
import { standardOutputFailure, watchStandardStreams } from './standard-output.js';

watchStandardStreams();

const code = await runCli(process.argv.slice(2));
// Errors of a stream come a turn later than the write.
await new Promise((resolve) => setImmediate(resolve));
const failure = standardOutputFailure();
if (failure !== undefined && code === exitCodes.done) note(`error: ${failure.message}`);
process.exitCode = failure !== undefined && code === exitCodes.done ? exitCodes.missingDependency : code;
