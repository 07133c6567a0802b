/** An XML document, written by linkedom, which the pages' charts use as well. */
import { DOMParser } from 'linkedom';

/** An element to be written: attributes in their order, then either children or text. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly children?: readonly XmlElement[];
  readonly text?: string;
}

/** What this file uses of a DOM; the project is compiled without the browser's types. */
interface DomElement {
  textContent: string;
  setAttribute(name: string, value: string): void;
  append(...nodes: (DomElement | string)[]): void;
}
interface DomDocument {
  readonly documentElement: DomElement;
  createElement(name: string): DomElement;
  toString(): string;
}

/**
 * Text without what XML 1.0 cannot hold, even escaped (section 2.2: control characters other than tab and line ends,
 * halves of surrogate pairs, U+FFFE and U+FFFF): each becomes U+FFFD. linkedom escapes the rest, and leaves these.
 */
export const legalInXml = (text: string): string =>
  text.replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\ufffd');

/** The document with this root, as text. A line break in an attribute becomes a space, as parsers make it anyway. */
export function xmlDocument(root: XmlElement): string {
  const parsed: unknown = new DOMParser().parseFromString(`<${root.name}/>`, 'text/xml');
  const document = parsed as DomDocument;
  fill(document, document.documentElement, root, '\n');
  return `<?xml version="1.0" encoding="UTF-8"?>\n${document.toString().replace(/^<\?xml[^>]*\?>\s*/, '')}\n`;
}

function fill(document: DomDocument, element: DomElement, content: XmlElement, lineBreak: string): void {
  // linkedom writes the last attribute that was set first.
  for (const [name, value] of Object.entries(content.attributes).reverse()) {
    element.setAttribute(name, legalInXml(String(value)).replace(/[\t\n\r]/g, ' '));
  }
  if (content.text !== undefined) element.textContent = legalInXml(content.text);
  const { children = [] } = content;
  for (const child of children) {
    const made = document.createElement(child.name);
    fill(document, made, child, `${lineBreak}  `);
    element.append(`${lineBreak}  `, made);
  }
  if (children.length > 0) element.append(lineBreak);
}
