/** The encoder gives binary data on as it is, and the app may change it later. */
export function copyOfBinary(part: unknown): unknown {
  if (part instanceof ArrayBuffer) return part.slice(0)
  if (!ArrayBuffer.isView(part)) return part
  const bytes = part instanceof DataView ? new Uint8Array(part.buffer, part.byteOffset, part.byteLength) : part
  return Uint8Array.prototype.slice.call(bytes) // of the same class; a Buffer's own slice does not copy
}
