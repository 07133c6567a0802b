#!/usr/bin/env node
import { runCli } from './program.js';

// Whoever reads our output may have seen enough (`lumos doctor | head`): that is no failure, and cleaning up goes on.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runCli(process.argv.slice(2));
