/** `lumos new function NAME`: a folder with everything a function needs, which runs as it is. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { didYouMean } from '../../domain/did-you-mean.js';
import { findToolchain } from '../../control-plane/build/rust-toolchain.js';
import { runCommand } from '../../control-plane/process/run-command.js';
import { invalidInput, messageOf } from '../../domain/errors.js';
import { NameSchema } from '../../domain/names.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { note, print } from '../output.js';
import { functionsFolder, packageRoot } from '../package-root.js';

const languages = ['rust', 'go'] as const;
type Language = (typeof languages)[number];

const suffix = '.template';

/** @throws LumosError `invalid-input` for another word than `function`, a bad name, or a folder that is there */
export async function createNew(
  what: string,
  name: string,
  options: { readonly language: string; readonly path: string },
): Promise<ExitCode> {
  if (what !== 'function') throw invalidInput(`"${what}" cannot be made`, 'lumos new function NAME');
  const named = NameSchema.safeParse(name);
  if (!named.success)
    throw invalidInput(`"${name}" is no name for a function: ${named.error.issues[0]?.message ?? ''}`);
  const language = languages.find((one) => one === options.language);
  if (language === undefined) {
    throw invalidInput(
      `there is no template in "${options.language}"`,
      `${didYouMean(options.language, [...languages])}There are: ${languages.join(', ')}.`,
    );
  }
  const folder = join(resolve(options.path), name);
  if (existsSync(folder))
    throw invalidInput(`${folder} is there already`, 'Take another name, or another --path.');
  fill(join(packageRoot, 'templates', `function-${language}`), folder, {
    name,
    sdk: join(functionsFolder, 'sdk'),
  });
  await finish(language, folder);
  const path = relative(process.cwd(), dirname(folder)) || '.';
  print(
    `${folder} is a function that counts words. Change src, function.yaml and oracle.js to what yours does; then:\n` +
      `  lumos list functions --functions-path ${path}\n` +
      `  lumos run quickstart --functions-path ${path} --functions ${name} --payloads small`,
  );
  return exitCodes.done;
}

/** Copies a template's files; `{{key}}` in them becomes the key's value. */
function fill(template: string, folder: string, values: Readonly<Record<string, string>>): void {
  for (const file of readdirSync(template, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith(suffix)) continue;
    const text = readFileSync(join(template, file), 'utf8').replace(
      /\{\{(\w+)\}\}/g,
      (_whole, key: string) => values[key] ?? '',
    );
    const target = join(folder, file.slice(0, -suffix.length));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}

/** What a template cannot hold: Rust's lock file, and the protocol in Go. */
async function finish(language: Language, folder: string): Promise<void> {
  if (language === 'go') {
    copyFileSync(join(packageRoot, 'examples', 'word-count-go', 'protocol.go'), join(folder, 'protocol.go'));
    return;
  }
  try {
    const { cargo } = await findToolchain(packageRoot, process.env);
    await runCommand(cargo, ['generate-lockfile', '--manifest-path', join(folder, 'Cargo.toml')]);
  } catch (error) {
    note(`Cargo.lock was not made: ${messageOf(error)}`);
    note(`  make it with: cargo generate-lockfile --manifest-path ${join(folder, 'Cargo.toml')}`);
  }
}
