/** The part of Node's `Buffer` that `@roomful/server` uses. */
export const Buffer = {
  byteLength: (text: string): number => new TextEncoder().encode(text).byteLength,
}
