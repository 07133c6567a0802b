/** The one way in which a file that a person wrote is parsed: YAML, and JSON, which is YAML too. */
import {
  Composer,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  Parser,
  visit,
  type Alias,
  type CST,
  type Document,
  type Node,
  type Scalar,
  type YAMLError,
} from 'yaml';
import { invalidInput, messageOf } from './errors.js';

/** Characters; what people write by hand has some thousand. */
const longestText = 4_000_000;
/** Lists and maps within each other. */
const deepest = 64;
/** Values that are there by aliases alone: a few lines of aliases of aliases can stand for billions. */
const mostByAlias = 5000;

/** Says where in the text something is wrong. */
type Refuse = (offset: number, reason: string, remedy?: string) => Error;

/**
 * What the text says, with merge keys (`<<`) resolved and without keys of the whole that begin with `x-` or a dot; null for an empty one.
 * @param source where the text comes from, for messages
 * @throws LumosError `invalid-input` with `source`, line and reason: for what is not YAML, for keys that are there twice,
 * for several documents, and for aliases and nesting that no person would write
 */
export function parseYaml(text: string, source: string): unknown {
  if (text.length > longestText)
    throw invalidInput(
      `${source}: has ${Math.round(text.length / 1e6)} million characters, above the bound of ${longestText / 1e6} million`,
      'Check that this is the file that you mean.',
    );
  const lines = new LineCounter();
  const refuse: Refuse = (offset, reason, remedy) =>
    invalidInput(`${source}:${lines.linePos(offset).line || 1}: ${reason}`, remedy);
  const document = composed(text, lines, refuse);
  if (document === undefined) return null;
  const targets = targetsOf(document);
  checkAliases(document, targets, refuse);
  checkMerges(document, targets, refuse);
  try {
    // The check above bounds what aliases stand for more tightly than the library does.
    return withoutPrivateKeys(document.toJS({ maxAliasCount: -1 }));
  } catch (error) {
    throw invalidInput(`${source}: not YAML: ${firstLineOf(messageOf(error))}`);
  }
}

/** Keys of the whole that begin with `x-` or a dot only hold what `<<` and aliases take from them. */
function withoutPrivateKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(([key]) => !/^(x-|\.)/.test(key));
  return kept.length === Object.keys(value).length ? value : Object.fromEntries(kept);
}

const firstLineOf = (text: string): string => text.split('\n')[0] ?? '';

function composed(text: string, lines: LineCounter, refuse: Refuse): Document.Parsed | undefined {
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  checkDepth(tokens, refuse);
  const composer = new Composer({ merge: true, prettyErrors: false, logLevel: 'error', lineCounter: lines });
  const documents = [...composer.compose(tokens)];
  for (const { errors, warnings } of documents) {
    const [problem] = [...errors, ...warnings];
    if (problem !== undefined) throw refuse(problem.pos[0], reasonOf(problem));
  }
  const [first, second] = documents;
  if (second !== undefined)
    throw refuse(
      second.range[0],
      'a second document begins here',
      'Keep one document in a file: remove the line ---.',
    );
  return first;
}

const doubleKey = 'a key that is there twice in one map';

const reasonOf = ({ code, message }: YAMLError | { code: string; message: string }): string =>
  code === 'DUPLICATE_KEY' ? doubleKey : `not YAML: ${firstLineOf(message)}`;

/** Before anything that follows the nesting by calls of calls. */
function checkDepth(tokens: readonly CST.Token[], refuse: Refuse): void {
  const open = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > deepest)
      throw refuse(token.offset, `nested more than ${deepest} levels deep`, 'Write it with fewer levels.');
    for (const child of childrenOf(token)) open.push({ token: child, depth: depth + levelOf(token) });
  }
}

const levelOf = ({ type }: CST.Token): number => (type === 'document' ? 0 : 1);

function childrenOf(token: CST.Token): CST.Token[] {
  if (token.type === 'document') return token.value === undefined ? [] : [token.value];
  if (!('items' in token)) return [];
  return token.items.flatMap((item) => {
    const { key, value } = item as { readonly key?: CST.Token | null; readonly value?: CST.Token };
    return [key, value].filter((one) => one !== undefined && one !== null);
  });
}

const isMergeKey = (key: unknown): key is Scalar.Parsed =>
  isScalar(key) && key.source === '<<' && key.type === 'PLAIN';

/** What each alias stands for; those without an anchor before them are missing. The library walks the whole for each one. */
type Targets = ReadonlyMap<Alias, Node>;

function targetsOf(document: Document.Parsed): Targets {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target !== undefined) targets.set(node, target);
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

/** A merge takes a map, an alias of one, or a list of those. */
function checkMerges(document: Document.Parsed, targets: Targets, refuse: Refuse): void {
  visit(document, {
    Map: (_, { items }) => {
      // The library takes several merge keys for one, and the first wins.
      const [, second] = items.filter(({ key }) => isMergeKey(key));
      if (second !== undefined && isMergeKey(second.key)) throw refuse(second.key.range[0], doubleKey);
    },
    Pair: (_, { key, value }) => {
      if (!isMergeKey(key)) return;
      const sources: readonly unknown[] = isSeq(value) ? value.items : [value];
      const resolved = sources.map((one) => (isAlias(one) ? (targets.get(one) ?? one) : one));
      // An alias without an anchor is refused as such.
      if (resolved.every((one) => isMap(one) || isAlias(one))) return;
      throw refuse(key.range[0], 'a merge key (<<) takes a map or an alias of one');
    },
  });
}

function checkAliases(document: Document.Parsed, targets: Targets, refuse: Refuse): void {
  const sizes = new Map<unknown, number>();
  const openAliases = new Set<Node>();
  let byAlias = 0;
  const sizeOfAlias = (alias: Alias): number => {
    const offset = alias.range?.[0] ?? 0;
    const target = targets.get(alias);
    if (target === undefined)
      throw refuse(
        offset,
        `the alias *${alias.source} has no anchor &${alias.source} before it`,
        'Write the value, or quote it if it is meant to begin with *.',
      );
    if (openAliases.has(target))
      throw refuse(offset, `the alias *${alias.source} stands within what it stands for`);
    const size = sizeOf(target);
    byAlias += size;
    if (byAlias > mostByAlias)
      throw refuse(
        offset,
        `aliases stand for more than ${mostByAlias} values by the alias *${alias.source}`,
        'Write the values that you need without aliases of aliases.',
      );
    return size;
  };
  const sizeOf = (node: unknown): number => {
    if (isAlias(node)) return sizeOfAlias(node);
    if (isPair(node)) return sizeOf(node.key) + sizeOf(node.value);
    if (!isCollection(node)) return 1;
    const known = sizes.get(node);
    if (known !== undefined) return known;
    openAliases.add(node);
    const size = node.items.reduce((sum: number, item) => sum + sizeOf(item), 1);
    openAliases.delete(node);
    sizes.set(node, size);
    return size;
  };
  sizeOf(document.contents);
}
