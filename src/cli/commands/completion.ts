/** `lumos completion`: a completion script made from the commands as they are declared. */
import type { Command } from 'commander';
import { didYouMean } from '../../domain/did-you-mean.js';
import { invalidInput } from '../../domain/errors.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { print } from '../output.js';

interface Word {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly string[];
}

const shells: Readonly<Record<string, (words: readonly Word[]) => string>> = { bash, zsh, fish };

export function completion(shell: string, program: Command): ExitCode {
  const script = Object.hasOwn(shells, shell) ? shells[shell] : undefined;
  if (script === undefined) {
    const names = Object.keys(shells);
    throw invalidInput(
      `there is no completion for "${shell}"`,
      `${didYouMean(shell, names)}There are: ${names.join(', ')}.`,
    );
  }
  const words = program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    flags: [...command.options.flatMap(({ long }) => (typeof long === 'string' ? [long] : [])), '--help'],
  }));
  print(script(words));
  return exitCodes.done;
}

function bash(words: readonly Word[]): string {
  const cases = words.map(
    ({ name, flags }) => `    ${name}) COMPREPLY=($(compgen -f -W "${flags.join(' ')}" -- "$word")) ;;`,
  );
  return [
    '_lumos() {',
    '  local word="${COMP_WORDS[COMP_CWORD]}"',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    COMPREPLY=($(compgen -W "${words.map(({ name }) => name).join(' ')}" -- "$word"))`,
    '    return',
    '  fi',
    '  case "${COMP_WORDS[1]}" in',
    ...cases,
    '  esac',
    '}',
    'complete -o filenames -F _lumos lumos',
  ].join('\n');
}

function zsh(words: readonly Word[]): string {
  return ['#compdef lumos', 'autoload -U +X bashcompinit && bashcompinit', bash(words)].join('\n');
}

function fish(words: readonly Word[]): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", "\\'")}'`;
  return words
    .flatMap(({ name, description, flags }) => [
      `complete -c lumos -n __fish_use_subcommand -f -a ${name} -d ${quoted(description)}`,
      ...flags.map(
        (flag) => `complete -c lumos -n "__fish_seen_subcommand_from ${name}" -l ${flag.slice(2)}`,
      ),
    ])
    .join('\n');
}
