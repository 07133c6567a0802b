/** Commands for the function of bad days, and what it must answer to them. */
import { Buffer } from 'node:buffer';

const MEBIBYTE = 1024 * 1024;

/** The command each label of the ladder stands for. */
const commands = new Map([
  ['small', 'echo:hello'],
  ['crash', 'crash'],
  ['panic', 'panic:a panic on command'],
  ['overflow', 'overflow'],
  ['exit', 'exit:3'],
  ['hang', 'hang'],
  ['hang-after-answer', 'hang-after-answer'],
  ['garbage', 'garbage'],
  ['flood', 'flood:80'],
  ['allocate', 'allocate:256'],
  ['error', 'error:refused by the function'],
  ['wrong', 'wrong'],
  ['stderr', 'stderr:a word on the side'],
  ['slow', 'slow:300'],
]);

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export function input(step) {
  const command = commands.get(step.label);
  if (command === undefined) throw new RangeError(`no command for the label "${step.label}"`);
  return Buffer.from(command);
}

/**
 * For commands that end in no answer, the command: nothing is compared with it.
 * @type {import('../../src/domain/function-manifest.js').OracleOutput}
 */
export function output(input) {
  const command = Buffer.from(input).toString('utf8');
  const [verb = '', operand = ''] = command.split(/:(.*)/s);
  switch (verb) {
    case 'echo':
    case 'stderr':
      return Buffer.from(operand);
    case 'flood':
      return Buffer.alloc(Number(operand) * MEBIBYTE);
    case 'allocate':
      return Buffer.from(String(Number(operand) * MEBIBYTE));
    default:
      return Buffer.from(command);
  }
}
