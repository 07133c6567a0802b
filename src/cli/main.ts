#!/usr/bin/env node
import { exitCodes } from './exit-codes.js';
import { codeOfFault, spreadSafetyNet, tell } from './safety-net.js';
import { standardOutputFailure, watchStandardStreams } from './standard-output.js';

spreadSafetyNet();
watchStandardStreams();
try {
  const { runCli } = await import('./program.js');
  const code = await runCli(process.argv.slice(2));
  // Errors of a stream come a turn later than the write.
  await new Promise((resolve) => setImmediate(resolve));
  const failure = code === exitCodes.done ? standardOutputFailure() : undefined;
  process.exitCode = codeOfFault() ?? (failure === undefined ? code : tell(failure));
} catch (error) {
  process.exitCode = tell(error);
}
