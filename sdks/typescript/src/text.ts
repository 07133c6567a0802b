/** Text and its bytes, by what every engine of JavaScript has. */

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** The text of bytes in UTF-8. @throws TypeError where they are not */
export const decode = (bytes: Uint8Array): string => decoder.decode(bytes);

/** The bytes of a text in UTF-8. */
export const encode = (text: string): Uint8Array => encoder.encode(text);
