/** HTML from data: whatever is put into `html` is escaped, unless it came out of `html` itself. */

/** Markup that is safe to put into a page as it is. Made by `html`, `join` and `trusted` only. */
export class Markup {
  constructor(private readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** `text` as character data or as an attribute's value in either kind of quotes. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);

export type Content = Markup | string | number | readonly Content[];

function render(content: Content): string {
  if (content instanceof Markup) return content.toString();
  if (typeof content === 'object') return content.map(render).join('');
  return escapeHtml(String(content));
}

/** Markup from a literal; text, numbers and lists put into it are escaped. Attributes must stand in quotes. */
export const html = (strings: TemplateStringsArray, ...contents: Content[]): Markup =>
  new Markup(
    strings.map((part, index) => (index === 0 ? part : render(contents[index - 1] ?? '') + part)).join(''),
  );

/** Markup that another serializer made and escaped, e.g. a chart's SVG. Never for text that comes from data. */
export const trusted = (markup: string): Markup => new Markup(markup);

/** Nothing. */
export const nothing = new Markup('');
