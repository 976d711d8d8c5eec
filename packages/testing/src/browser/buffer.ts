/** What `@roomful/server` uses of Node's Buffer. */
export const Buffer = {
  byteLength: (text: string): number => new TextEncoder().encode(text).byteLength,
}
